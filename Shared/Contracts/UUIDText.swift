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
        let bytes: InlineArray<16, UInt8> = [
            u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
        ]
        var text = InlineArray<36, UInt8>(repeating: UInt8(ascii: "-"))
        var place = 0
        for index in bytes.indices {
            if index == 4 || index == 6 || index == 8 || index == 10 { place += 1 }
            text[place] = digit(bytes[index] >> 4)
            text[place + 1] = digit(bytes[index] & 0x0F)
            place += 2
        }
        return text
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
