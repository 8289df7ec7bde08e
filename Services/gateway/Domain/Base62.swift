/// Digits, upper case and lower case letters: text that survives a double click, a URL and a shell.
enum Base62 {
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// `count` digits, each equally likely: bytes past the last multiple of 62 are thrown away, so none is favoured.
    static func random(_ count: Int, from source: (Int) throws -> [UInt8]) rethrows -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(count)
        while digits.count < count {
            for byte in try source(count) where byte < 248 && digits.count < count {
                digits.append(alphabet[Int(byte % 62)])
            }
        }
        return digits
    }

    /// `value` in exactly six digits; 62⁶ is more than 2³².
    static func sixDigits(_ value: UInt32) -> [UInt8] {
        var rest = Int(value)
        var digits = [UInt8](repeating: alphabet[0], count: 6)
        for index in digits.indices.reversed() {
            digits[index] = alphabet[rest % 62]
            rest /= 62
        }
        return digits
    }
}
