package import Cryptography

/// The public half of a log's key with its name (C2SP signed-note): what a verifier has to know beforehand.
package struct VerifierKey: Sendable, Equatable {
    /// Ed25519, in front of the key's bytes.
    static let algorithm: UInt8 = 0x01
    static let identifierByteCount = 4

    /// Without white space and `+`.
    package let name: String
    package let key: VerifyingKey

    /// Nil for a name that the format does not allow.
    package init?(name: String, key: VerifyingKey) {
        guard Self.isAllowed(name) else { return nil }
        self.name = name
        self.key = key
    }

    /// Not empty, at most 256 bytes of visible ASCII, no `+`.
    package static func isAllowed(_ name: String) -> Bool {
        (1...256).contains(name.utf8.count) && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2B }
    }

    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key): which key made a signature.
    package var identifier: [UInt8] {
        Array(SHA256.hash(Array(name.utf8) + [0x0A, Self.algorithm] + key.bytes).prefix(Self.identifierByteCount))
    }
}

extension VerifierKey: LosslessStringConvertible {
    /// Reads `<name>+<id in hexadecimal>+<base64 of 0x01 ‖ key>`.
    package init?(_ description: String) {
        let parts = description.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]), bytes.first == Self.algorithm,
            let key = try? VerifyingKey(Array(bytes.dropFirst())),
            let verifier = VerifierKey(name: parts[0], key: key),
            Hexadecimal.encode(verifier.identifier) == parts[1]
        else { return nil }
        self = verifier
    }

    package var description: String {
        "\(name)+\(Hexadecimal.encode(identifier))+\(Base64.encode([Self.algorithm] + key.bytes))"
    }
}
