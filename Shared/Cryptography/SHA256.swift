/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    /// The length of a digest.
    package static let byteCount = 32

    private static let pool = Pool { PooledDigestContext() }

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        hash(bytes.span)
    }

    /// The digest of the text's UTF-8.
    package static func hash(_ text: String) -> [UInt8] {
        hash(text.utf8.span)
    }

    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        pool.withElement { pooled in
            pooled.context.reset()
            pooled.context.update(bytes)
            return pooled.context.finish()
        }
    }
}

/// SHA-256 of bytes that come in pieces.
///
/// ```swift
/// var hasher = SHA256Hasher()
/// hasher.update(header)
/// hasher.update(body)
/// let digest = hasher.finish()
/// ```
package struct SHA256Hasher: ~Copyable {
    private let context = DigestContext()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        context.update(bytes.span)
    }

    package mutating func update(_ text: String) {
        context.update(text.utf8.span)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        context.update(bytes)
    }

    /// The digest of all updates; the hasher is used up.
    package consuming func finish() -> [UInt8] {
        context.finish()
    }
}
