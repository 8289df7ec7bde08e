import Cryptography
import Testing

@Suite("Ed25519")
struct Ed25519Tests {
    struct Vector: Sendable {
        let seed, publicKey, message, signature: String
    }

    /// RFC 8032 section 7.1, tests 1, 2 and 3.
    static let vectors = [
        Vector(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Vector(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Vector(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test("published seeds give their published keys and signatures", arguments: vectors.indices)
    func publishedVectors(index: Int) throws {
        let vector = Self.vectors[index]
        let key = try SigningKey(seed: try #require(Hexadecimal.decode(vector.seed)))
        let message = try #require(Hexadecimal.decode(vector.message))
        let signature = try #require(Hexadecimal.decode(vector.signature))
        #expect(Hexadecimal.encode(key.publicKey.bytes) == vector.publicKey)
        #expect(try key.sign(message) == signature)
        #expect(key.publicKey.verify(signature, message))
    }

    @Test("a changed signature, message or key does not verify")
    func tampering() throws {
        let key = try SigningKey.generate()
        let message = SecureRandom.bytes(50)
        let signature = try key.sign(message)
        for bit in 0..<signature.count * 8 {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.publicKey.verify(changed, message))
        }
        for bit in 0..<message.count * 8 {
            var changed = message
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.publicKey.verify(signature, changed))
        }
        #expect(!(try SigningKey.generate().publicKey.verify(signature, message)))
    }

    @Test("lengths that are not Ed25519's are refused")
    func lengths() throws {
        #expect(throws: CryptographyError.wrongLength(expected: 32, found: 31)) {
            try SigningKey(seed: [UInt8](repeating: 0, count: 31))
        }
        #expect(throws: CryptographyError.wrongLength(expected: 32, found: 33)) {
            try VerifyingKey([UInt8](repeating: 0, count: 33))
        }
        let key = try SigningKey.generate()
        #expect(!key.publicKey.verify([], [1]))
        #expect(!key.publicKey.verify(try key.sign([1]) + [0], [1]))
    }

    @Test("a signature whose scalar is not reduced is refused, so none has two forms")
    func malleability() throws {
        // S + L verifies under a sloppy check; RFC 8032 section 5.1.7 demands S < L.
        let order: [UInt8] = [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        let key = try SigningKey.generate()
        var signature = try key.sign([1, 2, 3])
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(sum & 0xFF)
            carry = sum >> 8
        }
        #expect(!key.publicKey.verify(signature, [1, 2, 3]))
    }
}
