import Cryptography
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    // FIPS 180-4 examples and NIST CAVS SHA256ShortMsg.
    static let vectors: [(message: [UInt8], digest: String)] = [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ([0xD3], "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"),
        ([0x11, 0xAF], "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"),
        (
            [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("published messages have their published digests", arguments: vectors.indices)
    func publishedVectors(index: Int) {
        let (message, digest) = Self.vectors[index]
        #expect(Hexadecimal.encode(SHA256.hash(message)) == digest)
    }

    @Test("text is hashed as UTF-8")
    func text() {
        #expect(SHA256.hash("Zürich 🚆") == SHA256.hash(Array("Zürich 🚆".utf8)))
        #expect(SHA256.hash("") == SHA256.hash([UInt8]()))
    }

    @Test("a message in pieces has the digest of the whole, wherever it is cut")
    func pieces() {
        let message = SecureRandom.bytes(200)
        for cut in 0...message.count {
            var hasher = SHA256Hasher()
            hasher.update(Array(message[..<cut]))
            hasher.update(Array(message[cut...]))
            #expect(hasher.finish() == SHA256.hash(message))
        }
    }

    @Test("many threads hash at once without disturbing each other")
    func concurrent() async {
        let expected = (0..<64).map { SHA256.hash([UInt8](repeating: $0, count: 100)) }
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<2_000 {
                let byte = round % 64
                group.addTask { SHA256.hash([UInt8](repeating: UInt8(byte), count: 100)) == expected[byte] }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
