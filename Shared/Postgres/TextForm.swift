/// Turns the binary form of a parameter into the text that the server's input function reads. Only for the types that
/// our encoders make.
enum TextForm {
    static func text(of bytes: ArraySlice<UInt8>, type: PostgresType) -> [UInt8] {
        switch type {
        case .bool: Array((bytes.first == 1 ? "t" : "f").utf8)
        case .int2: decimal(Int16(truncatingIfNeeded: integer(bytes)))
        case .int4: decimal(Int32(truncatingIfNeeded: integer(bytes)))
        case .int8: decimal(Int64(bitPattern: integer(bytes)))
        case .float4: number(Float(bitPattern: UInt32(truncatingIfNeeded: integer(bytes))))
        case .float8: number(Double(bitPattern: integer(bytes)))
        case .uuid: uuid(bytes)
        case .bytea: Array("\\x".utf8) + bytes.flatMap(hexadecimal)
        case .timestamptz: instant(Int64(bitPattern: integer(bytes)))
        default: isArray(type) ? array(bytes) : Array(bytes)
        }
    }

    private static func isArray(_ type: PostgresType) -> Bool {
        switch type {
        case .boolArray, .int2Array, .int4Array, .int8Array, .float4Array, .float8Array, .textArray, .uuidArray,
            .timestamptzArray:
            true
        default: false
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func decimal(_ value: some BinaryInteger) -> [UInt8] { Array(String(value).utf8) }

    /// The shortest digits that give the same number again.
    private static func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> [UInt8] {
        if value.isNaN { return Array("NaN".utf8) }
        if value.isInfinite { return Array((value < 0 ? "-Infinity" : "Infinity").utf8) }
        return Array(value.description.utf8)
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        [byte >> 4, byte & 15].map { $0 < 10 ? UInt8(ascii: "0") + $0 : UInt8(ascii: "a") + $0 - 10 }
    }

    private static func uuid(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += hexadecimal(byte)
        }
        return text
    }

    /// As an interval from the epoch would lose the infinities and Foundation's formatters microseconds, the date is
    /// worked out here: days to year, month and day by the algorithm of `j2date` in `datetime.c`.
    private static func instant(_ microseconds: Int64) -> [UInt8] {
        if microseconds == .max { return Array("infinity".utf8) }
        if microseconds == .min { return Array("-infinity".utf8) }
        let day = Int64(86_400_000_000)
        var days = microseconds / day
        var rest = microseconds % day
        if rest < 0 {
            rest += day
            days -= 1
        }
        let (year, month, dayOfMonth) = civil(daysSince2000: days)
        // The server counts no year zero.
        let isBeforeChrist = year <= 0
        let shown = isBeforeChrist ? 1 - year : year
        var text = "\(padded(shown, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2)) "
        let seconds = rest / 1_000_000
        text += "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        text += ".\(padded(rest % 1_000_000, 6))+00"
        return Array((isBeforeChrist ? text + " BC" : text).utf8)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// Proleptic Gregorian date of a day, counted in eras of 400 years from 1 March of year 0.
    private static func civil(daysSince2000: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 730,425 days from 0000-03-01 to 2000-01-01.
        let shifted = daysSince2000 + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// `{"a","b"}`, each element in quotes.
    private static func array(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text = [UInt8(ascii: "{")]
        let start = bytes.startIndex
        guard bytes.count > 20 else { return Array("{}".utf8) }
        let type = PostgresType(rawValue: UInt32(truncatingIfNeeded: integer(bytes[start + 8..<start + 12])))
        var position = start + 20
        while position + 4 <= bytes.endIndex {
            let length = Int(truncatingIfNeeded: integer(bytes[position..<position + 4]))
            let element = bytes[position + 4..<position + 4 + length]
            position += 4 + length
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "\""))
            for byte in Self.text(of: element, type: type) {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
            }
            text.append(UInt8(ascii: "\""))
        }
        text.append(UInt8(ascii: "}"))
        return text
    }
}
