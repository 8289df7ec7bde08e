package import Foundation

/// The 36 lower-case characters of a UUID, by hand: Foundation's way through printf and upper case costs ten times as
/// much, and every record of every call would pay for it several times.
package enum UUIDText {
    package static func text(_ uuid: UUID) -> String {
        let digits = digits(uuid)
        do {
            return String(copying: try UTF8Span(validating: digits.span))
        } catch {
            preconditionFailure("hexadecimal digits are ASCII")
        }
    }

    /// Writes the characters without making a string of them.
    package static func append(_ uuid: UUID, to bytes: inout [UInt8]) {
        let digits = digits(uuid)
        for index in digits.indices { bytes.append(digits[index]) }
    }

    private static func digits(_ uuid: UUID) -> InlineArray<36, UInt8> {
        let u = uuid.uuid
        var text = InlineArray<36, UInt8>(repeating: UInt8(ascii: "-"))
        func put(_ byte: UInt8, _ place: Int) {
            text[place] = digit(byte >> 4)
            text[place + 1] = digit(byte & 0x0F)
        }
        // Written out, so that no place has to be counted.
        put(u.0, 0)
        put(u.1, 2)
        put(u.2, 4)
        put(u.3, 6)
        put(u.4, 9)
        put(u.5, 11)
        put(u.6, 14)
        put(u.7, 16)
        put(u.8, 19)
        put(u.9, 21)
        put(u.10, 24)
        put(u.11, 26)
        put(u.12, 28)
        put(u.13, 30)
        put(u.14, 32)
        put(u.15, 34)
        return text
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        // "a" is 39 places behind where "9" would go on.
        value &+ UInt8(ascii: "0") &+ (value > 9 ? 39 : 0)
    }
}
