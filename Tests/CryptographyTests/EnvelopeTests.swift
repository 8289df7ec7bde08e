import Testing

@testable import Cryptography

@Suite("Envelopes")
struct EnvelopeTests {
    static func key(_ id: String) throws -> EnvelopeKey {
        try EnvelopeKey(id: id, bytes: SecureRandom.bytes(32))
    }

    @Test("what is sealed opens again under the same context, whatever its length")
    func roundTrip() throws {
        let keyring = try EnvelopeKeyring([Self.key("k1")])
        for count in [0, 1, 15, 16, 17, 1_000, 100_000] {
            let plaintext = SecureRandom.bytes(count)
            let envelope = try keyring.seal(plaintext, context: [1, 2])
            #expect(try keyring.open(envelope, context: [1, 2]) == plaintext)
            #expect(envelope.count == 2 + 2 + 12 + count + 16)
        }
    }

    @Test("any flipped bit anywhere in the envelope is noticed")
    func tampering() throws {
        let keyring = try EnvelopeKeyring([Self.key("k1")])
        let envelope = try keyring.seal(Array("sk-provider-secret".utf8), context: [7])
        for bit in 0..<envelope.count * 8 {
            var changed = envelope
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: CryptographyError.self) { try keyring.open(changed, context: [7]) }
        }
    }

    @Test("an envelope cut short anywhere does not open")
    func truncation() throws {
        let keyring = try EnvelopeKeyring([Self.key("k1")])
        let envelope = try keyring.seal([1, 2, 3, 4], context: [])
        for count in 0..<envelope.count {
            #expect(throws: CryptographyError.self) { try keyring.open(Array(envelope.prefix(count)), context: []) }
        }
        #expect(throws: CryptographyError.authenticationFailed) { try keyring.open(envelope + [0], context: []) }
    }

    @Test("an envelope does not open under another context")
    func context() throws {
        let keyring = try EnvelopeKeyring([Self.key("k1")])
        let envelope = try keyring.seal([1], context: Array("tenant-a".utf8))
        #expect(throws: CryptographyError.authenticationFailed) {
            try keyring.open(envelope, context: Array("tenant-b".utf8))
        }
        #expect(throws: CryptographyError.authenticationFailed) { try keyring.open(envelope, context: []) }
    }

    @Test("bytes moved between header and context are noticed")
    func boundary() throws {
        let bytes = SecureRandom.bytes(32)
        let short = try EnvelopeKeyring([EnvelopeKey(id: "k", bytes: bytes)])
        let long = try EnvelopeKeyring([EnvelopeKey(id: "kx", bytes: bytes)])
        let envelope = try short.seal([1], context: Array("x".utf8))
        let moved = EnvelopeHeader(keyID: "kx").bytes + envelope.dropFirst(3)
        #expect(throws: CryptographyError.authenticationFailed) { try long.open(moved, context: []) }
    }

    @Test("after a rotation old envelopes open, are named for resealing, and new ones use the new key")
    func rotation() throws {
        let (old, new) = (try Self.key("2025"), try Self.key("2026"))
        let before = try EnvelopeKeyring([old])
        let envelope = try before.seal([9], context: [])
        let during = try EnvelopeKeyring([new, old])
        #expect(try during.open(envelope, context: []) == [9])
        #expect(try during.needsResealing(envelope))
        let resealed = try during.seal(during.open(envelope, context: []), context: [])
        #expect(try !during.needsResealing(resealed))
        let after = try EnvelopeKeyring([new])
        #expect(try after.open(resealed, context: []) == [9])
        #expect(throws: CryptographyError.unknownKey(id: "2025")) { try after.open(envelope, context: []) }
    }

    @Test("two envelopes of one secret differ")
    func nonces() throws {
        let keyring = try EnvelopeKeyring([Self.key("k1")])
        #expect(try keyring.seal([1], context: []) != keyring.seal([1], context: []))
    }

    @Test("a keyring is read from settings, and a bad one is refused without showing its keys")
    func settings() throws {
        let (first, second) = (Base64.encode(SecureRandom.bytes(32)), Base64.encode(SecureRandom.bytes(32)))
        #expect(try EnvelopeKeyring(parsing: "b:\(first),a:\(second)").sealingKeyID == "b")
        for text in ["", "b", "b:", "b:!", ":\(first)", "b:\(first),b:\(second)", "b:QUJD", "ü:\(first)"] {
            let error = #expect(throws: CryptographyError.self) { try EnvelopeKeyring(parsing: text) }
            #expect(!"\(String(describing: error))".contains(first))
        }
        let key = try EnvelopeKey(id: "a", bytes: [UInt8](repeating: 0xAB, count: 32))
        #expect(!"\(key)".contains("171"))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("171"))
    }
}

extension EnvelopeTests {
    @Test("a keyring derived for a purpose opens what it sealed, in every key, and no other purpose's")
    func derived() throws {
        let (old, new) = (try Self.key("old"), try Self.key("new"))
        let before = try EnvelopeKeyring([old]).derived(for: [1])
        let envelope = try before.seal([9], context: [])
        let after = try EnvelopeKeyring([new, old])
        #expect(try after.derived(for: [1]).open(envelope, context: []) == [9])
        #expect(try after.derived(for: [1]).sealingKeyID == "new")
        #expect(throws: CryptographyError.authenticationFailed) {
            try after.derived(for: [2]).open(envelope, context: [])
        }
        #expect(throws: CryptographyError.authenticationFailed) { try after.open(envelope, context: []) }
    }

    @Test("a pseudonym is the same for the same text and key, and another one otherwise")
    func pseudonym() throws {
        let keyring = try EnvelopeKeyring([Self.key("a")])
        #expect(try keyring.pseudonym(of: [1]) == keyring.pseudonym(of: [1]))
        #expect(try keyring.pseudonym(of: [1]) != keyring.pseudonym(of: [2]))
        #expect(try EnvelopeKeyring([Self.key("a")]).pseudonym(of: [1]) != keyring.pseudonym(of: [1]))
        #expect(try keyring.pseudonym(of: [1]).count == 32)
    }
}
