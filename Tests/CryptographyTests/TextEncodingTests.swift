import Cryptography
import Testing

@Suite("Hexadecimal, base64 and base64url")
struct TextEncodingTests {
    /// RFC 4648 section 10.
    static let vectors = [
        ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"),
        ("foob", "Zm9vYg==", "666f6f62"), ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
    ]

    @Test("published texts encode and decode as published", arguments: vectors.indices)
    func publishedVectors(index: Int) {
        let (text, base64, hexadecimal) = Self.vectors[index]
        let bytes = Array(text.utf8)
        let unpadded = String(base64.filter { $0 != "=" })
        #expect(Base64.encode(bytes) == base64)
        #expect(Base64.decode(base64) == bytes)
        #expect(Base64URL.encode(bytes) == unpadded)
        #expect(Base64URL.decode(unpadded) == bytes)
        #expect(Hexadecimal.encode(bytes) == hexadecimal)
        #expect(Hexadecimal.decode(hexadecimal.uppercased()) == bytes)
    }

    @Test("random bytes come back from every encoding")
    func roundTrips() {
        for count in 0..<100 {
            let bytes = SecureRandom.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
    }

    @Test("the two alphabets differ in their last two characters")
    func alphabets() {
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64URL.decode("+/+/") == nil)
    }

    @Test("a text that no bytes encode to is refused", arguments: ["A", "Zh", "Zm9=", "Zg==", "Zg\n", "Z g", "Zü"])
    func malformedBase64URL(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("base64 without its padding or with too much is refused", arguments: ["Zg", "Zg=", "Zg===", "====", "Zh=="])
    func malformedBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("a text that is not hexadecimal is refused", arguments: ["0", "0g", "zz", "0 ", "é"])
    func malformedHexadecimal(text: String) {
        #expect(Hexadecimal.decode(text) == nil)
    }
}
