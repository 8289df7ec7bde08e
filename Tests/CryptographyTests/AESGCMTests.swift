import Testing

@testable import Cryptography

@Suite("AES-256-GCM")
struct AESGCMTests {
    struct Vector: Sendable {
        let key, nonce, plaintext, data, ciphertext, tag: String
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 16 (256-bit keys).
    static let vectors = [
        Vector(
            key: String(repeating: "0", count: 64), nonce: String(repeating: "0", count: 24), plaintext: "", data: "",
            ciphertext: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "0", count: 64), nonce: String(repeating: "0", count: 24),
            plaintext: String(repeating: "0", count: 32), data: "", ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            data: "",
            ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test("published inputs give their published ciphertexts and tags, and open again", arguments: vectors.indices)
    func publishedVectors(index: Int) throws {
        let vector = Self.vectors[index]
        let key = try #require(Hexadecimal.decode(vector.key))
        let nonce = try #require(Hexadecimal.decode(vector.nonce))
        let plaintext = try #require(Hexadecimal.decode(vector.plaintext))
        let data = try #require(Hexadecimal.decode(vector.data))
        let sealed = try AESGCM.seal(plaintext, key: key, nonce: nonce, authenticating: data)
        #expect(Hexadecimal.encode(sealed) == vector.ciphertext + vector.tag)
        #expect(try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: data) == plaintext)
    }

    @Test("a key or nonce of a wrong length is refused")
    func lengths() {
        #expect(throws: CryptographyError.wrongLength(expected: 32, found: 16)) {
            try AESGCM.seal(
                [], key: [UInt8](repeating: 0, count: 16), nonce: SecureRandom.bytes(12), authenticating: [])
        }
        #expect(throws: CryptographyError.wrongLength(expected: 12, found: 16)) {
            try AESGCM.seal([], key: SecureRandom.bytes(32), nonce: SecureRandom.bytes(16), authenticating: [])
        }
    }
}
