/// The arithmetic of base64 for one alphabet.
struct Base64Coder: Sendable {
    static let standard = Base64Coder(last: "+/")
    static let url = Base64Coder(last: "-_")

    private let alphabet: [UInt8]
    /// The value of each character, 0xFF for those outside the alphabet.
    private let values: [UInt8]

    private init(last: String) {
        alphabet = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
    }

    func encode(_ bytes: [UInt8], padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let present = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < present ? UInt32(bytes[start + offset]) : 0)
            }
            for position in 0...present {
                text.append(alphabet[Int(group >> (18 - 6 * UInt32(position)) & 0x3F)])
            }
            if padded { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - present)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Characters without padding.
    func decode(_ characters: [UInt8]) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in characters {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
                bits &= (1 << bitCount) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }
}
