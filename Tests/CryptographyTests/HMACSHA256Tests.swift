import Cryptography
import Testing

@Suite("HMAC-SHA256")
struct HMACSHA256Tests {
    /// RFC 4231 section 4, without case 5, which truncates.
    static let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test("published messages have their published codes, also when the key is used again", arguments: vectors.indices)
    func publishedVectors(index: Int) {
        let (key, message, code) = Self.vectors[index]
        let mac = HMACSHA256(key: key)
        for _ in 0..<3 { #expect(Hexadecimal.encode(mac.authenticationCode(for: message)) == code) }
        #expect(Hexadecimal.encode(HMACSHA256.authenticationCode(for: message, key: key)) == code)
    }

    @Test("an empty key and an empty message are allowed")
    func empty() {
        let code = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        let mac = HMACSHA256(key: [])
        #expect(Hexadecimal.encode(mac.authenticationCode(for: [UInt8]())) == code)
        #expect(Hexadecimal.encode(mac.authenticationCode(for: "")) == code)
    }

    @Test("a code is valid for its message alone, and any flipped bit spoils it")
    func validity() {
        let mac = HMACSHA256(key: SecureRandom.bytes(32))
        let message = SecureRandom.bytes(40)
        let code = mac.authenticationCode(for: message)
        #expect(mac.isValid(code, for: message))
        #expect(!mac.isValid(Array(code.dropLast()), for: message))
        for bit in 0..<code.count * 8 {
            var changed = code
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!mac.isValid(changed, for: message))
        }
    }

    @Test("many threads use one key at once")
    func concurrent() async {
        let mac = HMACSHA256(key: [1, 2, 3])
        let expected = (0..<64).map { HMACSHA256.authenticationCode(for: [UInt8($0)], key: [1, 2, 3]) }
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<2_000 {
                let byte = round % 64
                group.addTask { mac.authenticationCode(for: [UInt8(byte)]) == expected[byte] }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
