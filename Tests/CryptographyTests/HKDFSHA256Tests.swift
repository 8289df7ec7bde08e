import Cryptography
import Testing

@Suite("HKDF-SHA256")
struct HKDFSHA256Tests {
    @Test("RFC 5869 test case 1")
    func basic() throws {
        let key = try HKDFSHA256.derive(
            from: [UInt8](repeating: 0x0B, count: 22), salt: Array(0x00...0x0C), information: Array(0xF0...0xF9),
            byteCount: 42)
        #expect(
            Hexadecimal.encode(key)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    }

    @Test("RFC 5869 test case 2: long inputs")
    func long() throws {
        let key = try HKDFSHA256.derive(
            from: Array(0x00...0x4F), salt: Array(0x60...0xAF), information: Array(0xB0...0xFF), byteCount: 82)
        #expect(
            Hexadecimal.encode(key)
                == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87")
    }

    @Test("RFC 5869 test case 3: no salt, no information")
    func bare() throws {
        let key = try HKDFSHA256.derive(from: [UInt8](repeating: 0x0B, count: 22), information: [], byteCount: 42)
        #expect(
            Hexadecimal.encode(key)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test("a length outside of the RFC's bounds is refused", arguments: [-1, 0, 8161])
    func bounds(byteCount: Int) {
        #expect(throws: CryptographyError.self) {
            try HKDFSHA256.derive(from: [1], information: [], byteCount: byteCount)
        }
    }

    @Test("the longest key begins with the shorter ones")
    func longest() throws {
        let longest = try HKDFSHA256.derive(from: [1], information: [2], byteCount: HKDFSHA256.maximumByteCount)
        #expect(longest.count == 8160)
        #expect(try HKDFSHA256.derive(from: [1], information: [2]) == Array(longest.prefix(32)))
    }
}
