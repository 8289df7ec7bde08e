/// An Ed25519 public key (RFC 8032), known by its 32 bytes.
package struct VerifyingKey: Sendable, Hashable {
    /// The length of a public key.
    package static let byteCount = 32

    /// As RFC 8032 section 5.1.5 encodes it.
    package let bytes: [UInt8]
    private let key: KeyHandle

    package init(_ bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength(expected: Self.byteCount, found: bytes.count) }
        self.bytes = bytes
        key = try KeyHandle(ed25519PublicKey: bytes)
    }

    /// Whether `signature` was made over exactly `message` with this key. False for a signature of a wrong length.
    package func verify(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        signature.count == SigningKey.signatureByteCount && key.verify(signature, message)
    }

    package static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
