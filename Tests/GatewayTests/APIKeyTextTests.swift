import Testing

@testable import Gateway

@Suite("API keys as text")
struct APIKeyTextTests {
    private func generated() -> APIKeyText {
        APIKeyText.generate { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
    }

    @Test("a generated key reads back as itself")
    func roundTrip() throws {
        for _ in 0..<200 {
            let key = generated()
            let text = key.reveal()
            #expect(text.utf8.count == APIKeyText.length)
            let read = try #require(APIKeyText(text))
            #expect(read == key)
            #expect(text.hasPrefix("ast_live_\(key.identifier)_"))
        }
    }

    @Test("a key with any one character changed is refused before any lookup")
    func changedCharacter() {
        let text = Array(generated().reveal().utf8)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
            #expect(APIKeyText(String(decoding: changed, as: UTF8.self)) == nil, "position \(index)")
        }
    }

    @Test("a key that is cut off or too long is refused")
    func wrongLength() {
        let text = generated().reveal()
        #expect(APIKeyText(String(text.dropLast())) == nil)
        #expect(APIKeyText(text + "0") == nil)
        #expect(APIKeyText("") == nil)
        #expect(APIKeyText(String(repeating: "é", count: 36)) == nil)
    }

    @Test("printing a key does not show its secret")
    func printing() {
        let key = generated()
        #expect(!"\(key)".contains(key.reveal().dropFirst(22).prefix(43)))
        #expect(!String(reflecting: key).contains(key.reveal().dropFirst(22).prefix(43)))
    }

    @Test("the checksum is the CRC-32 of zlib", arguments: [("123456789", 0xCBF4_3926 as UInt32), ("", 0)])
    func checksum(text: String, expected: UInt32) {
        #expect(CRC32.checksum(text.utf8) == expected)
    }

    @Test("the digits of a secret are equally likely")
    func uniformity() {
        var counts: [UInt8: Int] = [:]
        let digits = Base62.random(62_000) { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
        for digit in digits { counts[digit, default: 0] += 1 }
        #expect(counts.count == 62)
        // The standard deviation is about 31; eight of them never happen by chance.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 250 })
    }
}
