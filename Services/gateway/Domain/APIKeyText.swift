/// An API key as its owner holds it: `ast_live_<kid>_<secret>_<crc>`.
///
/// - `kid`: 12 digits of base 62 that name the key; not secret.
/// - `secret`: 43 digits of base 62, 256.03 bits.
/// - `crc`: CRC-32 of everything before the last underscore, in six digits, so that a scanner for leaked keys needs no
///   lookup and a mistyped key costs none.
///
/// A value exists only when shape and checksum are right. It is printed without its secret.
struct APIKeyText: Sendable, Equatable {
    static let length = 72
    private static let prefix = Array("ast_live_".utf8)
    private static let identifierRange = 9..<21
    private static let secretRange = 22..<65
    private static let underscore = UInt8(ascii: "_")

    /// The 12 characters that name the key.
    let identifier: String
    /// What the digest is taken over: everything before the checksum.
    let signedBytes: [UInt8]

    /// Nil unless `text` is a key in shape and checksum.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.starts(with: Self.prefix), bytes[21] == Self.underscore, bytes[65] == Self.underscore else {
            return nil
        }
        guard bytes[Self.identifierRange].allSatisfy(Base62.isDigit),
            bytes[Self.secretRange].allSatisfy(Base62.isDigit)
        else { return nil }
        let signed = bytes[..<65]
        guard bytes[66...].elementsEqual(Base62.sixDigits(CRC32.checksum(signed))) else { return nil }
        identifier = String(decoding: bytes[Self.identifierRange], as: UTF8.self)
        signedBytes = Array(signed)
    }

    private init(identifier: [UInt8], secret: [UInt8]) {
        self.identifier = String(decoding: identifier, as: UTF8.self)
        signedBytes = Self.prefix + identifier + [Self.underscore] + secret
    }

    /// A new key from a source of random bytes that must be fit for cryptography.
    static func generate(from source: (Int) throws -> [UInt8]) rethrows -> APIKeyText {
        APIKeyText(
            identifier: try Base62.random(identifierRange.count, from: source),
            secret: try Base62.random(secretRange.count, from: source))
    }

    /// The whole key. Shown to its owner once, never stored, never logged.
    func reveal() -> String {
        String(
            decoding: signedBytes + [Self.underscore] + Base62.sixDigits(CRC32.checksum(signedBytes)), as: UTF8.self)
    }
}

extension APIKeyText: CustomStringConvertible, CustomDebugStringConvertible {
    var description: String { "ast_live_\(identifier)_…" }
    var debugDescription: String { description }
}
