/// An amount of US dollars, exact to a pico-dollar (10⁻¹² USD). Never a float.
///
/// Prices are pico-dollars a token, the cost of one event fits Int64, sums are kept in 128 bits. On the wire it is a
/// decimal string without trailing zeros (`"0.0000165"`).
package struct Money: Hashable, Sendable, Comparable {
    package var picoUSD: Int128

    package static let zero = Money(picoUSD: 0)
    static let picoPerUSD: Int128 = 1_000_000_000_000

    package init(picoUSD: Int128) {
        self.picoUSD = picoUSD
    }

    package static func < (left: Money, right: Money) -> Bool { left.picoUSD < right.picoUSD }
    package static func + (left: Money, right: Money) -> Money { Money(picoUSD: left.picoUSD + right.picoUSD) }
    package static func - (left: Money, right: Money) -> Money { Money(picoUSD: left.picoUSD - right.picoUSD) }
    package static func += (left: inout Money, right: Money) { left.picoUSD += right.picoUSD }
}

extension Money: LosslessStringConvertible {
    /// Reads `-?digits(.digits{1,12})?` below 10²⁰ USD; nil for anything else, so nothing is rounded.
    package init?(_ description: String) {
        var text = description[...]
        let isNegative = text.first == "-"
        if isNegative { text.removeFirst() }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...20).contains(whole.utf8.count) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...12).contains(fraction.utf8.count) else { return nil }
        var value: Int128 = 0
        for digit in (whole + fraction).utf8 {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int128(digit - 0x30)
        }
        for _ in fraction.utf8.count..<12 { value *= 10 }
        self.init(picoUSD: isNegative ? -value : value)
    }

    package var description: String {
        let magnitude = picoUSD.magnitude
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt128(Self.picoPerUSD))
        let sign = picoUSD < 0 ? "-" : ""
        guard fraction != 0 else { return "\(sign)\(whole)" }
        let digits = String(fraction)
        var text = String(repeating: "0", count: 12 - digits.utf8.count) + digits
        while text.last == "0" { text.removeLast() }
        return "\(sign)\(whole).\(text)"
    }
}

extension Money: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Money(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an exact amount of USD such as \"0.0000165\"")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
