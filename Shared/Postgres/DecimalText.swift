/// Turns the binary form of `numeric` into decimal digits, exactly (`numeric_send` in `numeric.c`).
///
/// The form is four 16-bit integers (count of digits, weight of the first, sign, digits after the point), then the
/// digits in base 10,000.
enum DecimalText {
    static func read(_ value: PostgresValue) throws -> String {
        try unsafe value.withBytes { bytes in
            var reader = unsafe BinaryReader(bytes)
            guard let count = reader.integer(UInt16.self), let weight = reader.integer(Int16.self),
                let sign = reader.integer(UInt16.self), let scale = reader.integer(UInt16.self),
                reader.remaining == Int(count) * 2
            else { throw value.failure("is not a numeric") }
            var digits: [UInt16] = []
            while let digit = reader.integer(UInt16.self) { digits.append(digit) }
            switch sign {
            case 0xC000: return "NaN"
            case 0xD000: return "inf"
            case 0xF000: return "-inf"
            default: return (sign == 0x4000 ? "-" : "") + text(digits, weight: Int(weight), scale: Int(scale))
            }
        }
    }

    private static func text(_ digits: [UInt16], weight: Int, scale: Int) -> String {
        func group(_ position: Int) -> String {
            let index = weight - position
            let digit = digits.indices.contains(index) ? digits[index] : 0
            let text = String(digit)
            return String(repeating: "0", count: 4 - text.count) + text
        }
        let whole = weight < 0 ? "0" : (0...weight).reversed().map(group).joined()
        let trimmed = whole.drop { $0 == "0" }
        let integral = trimmed.isEmpty ? "0" : String(trimmed)
        guard scale > 0 else { return integral }
        let groups = (scale + 3) / 4
        let fraction = (1...groups).map { group(-$0) }.joined()
        return integral + "." + fraction.prefix(scale)
    }
}
