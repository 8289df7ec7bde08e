package import Cryptography

/// A text and one signature (C2SP signed-note, Ed25519): the text, an empty line, `— <name> <base64(id ‖ signature)>`.
///
/// The format allows more signatures; ours have exactly one, and a note with more is refused.
package struct SignedNote: Sendable, Equatable {
    /// Ends with a line feed.
    package let text: String
    package let name: String
    package let identifier: [UInt8]
    package let signature: [UInt8]

    /// Signs `text` as `verifier.name`.
    ///
    /// - Parameter verifier: The public half of `key`.
    package static func sign(_ text: String, as verifier: VerifierKey, with key: SigningKey) throws -> SignedNote {
        SignedNote(
            text: text, name: verifier.name, identifier: verifier.identifier,
            signature: try key.sign(Array(text.utf8)))
    }

    private init(text: String, name: String, identifier: [UInt8], signature: [UInt8]) {
        self.text = text
        self.name = name
        self.identifier = identifier
        self.signature = signature
    }

    /// True when exactly this text was signed with exactly this key under its name.
    package func isSigned(by verifier: VerifierKey) -> Bool {
        name == verifier.name && identifier == verifier.identifier
            && verifier.key.verify(signature, Array(text.utf8))
    }
}

extension SignedNote: LosslessStringConvertible {
    private static let dash = "\u{2014}"

    /// Nil for anything that ``description`` would not have written, to the byte.
    package init?(_ description: String) {
        let lines = description.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // The text's lines, the empty line, the signature, and nothing after its line feed.
        guard lines.count >= 4, lines[lines.count - 1].isEmpty, lines[lines.count - 3].isEmpty else { return nil }
        let parts = lines[lines.count - 2].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let bytes = Base64.decode(parts[2]),
            bytes.count == VerifierKey.identifierByteCount + SigningKey.signatureByteCount
        else { return nil }
        self.init(
            text: lines.dropLast(3).map { $0 + "\n" }.joined(), name: parts[1],
            identifier: Array(bytes.prefix(VerifierKey.identifierByteCount)),
            signature: Array(bytes.dropFirst(VerifierKey.identifierByteCount)))
        guard Array(self.description.utf8) == Array(description.utf8) else { return nil }
    }

    package var description: String {
        "\(text)\n\(Self.dash) \(name) \(Base64.encode(identifier + signature))\n"
    }
}
