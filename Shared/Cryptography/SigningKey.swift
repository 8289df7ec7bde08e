import COpenSSL

/// An Ed25519 private key (RFC 8032).
package struct SigningKey: Sendable {
    /// The length of a seed.
    package static let seedByteCount = 32
    /// The length of a signature.
    package static let signatureByteCount = 64

    private let key: KeyHandle
    package let publicKey: VerifyingKey

    /// - Parameter seed: The 32 secret bytes from which RFC 8032 derives the key.
    package init(seed: [UInt8]) throws(CryptographyError) {
        guard seed.count == Self.seedByteCount else {
            throw .wrongLength(expected: Self.seedByteCount, found: seed.count)
        }
        key = try KeyHandle(ed25519Seed: seed)
        publicKey = try VerifyingKey(key.publicBytes())
    }

    /// A new key from the system's random numbers.
    package static func generate() throws(CryptographyError) -> SigningKey {
        try SigningKey(seed: SecureRandom.bytes(seedByteCount))
    }

    /// 64 bytes. The same message gives the same signature.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try key.sign(message)
    }
}
