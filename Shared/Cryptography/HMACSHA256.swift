/// HMAC-SHA256 (RFC 2104, FIPS 198-1) with a key that is set up once and used often, from any thread.
package struct HMACSHA256: Sendable {
    /// The length of a code.
    package static let byteCount = 32

    private let pool: Pool<MACContext>

    /// Any length of key is allowed; less than 32 bytes weakens the code.
    package init(key: [UInt8]) {
        let template = MACContext(key: key)
        pool = Pool { MACContext(copying: template) }
    }

    package func authenticationCode(for message: [UInt8]) -> [UInt8] {
        pool.withElement { $0.authenticationCode(for: message.span) }
    }

    /// The code of the text's UTF-8.
    package func authenticationCode(for message: String) -> [UInt8] {
        pool.withElement { $0.authenticationCode(for: message.utf8.span) }
    }

    /// Whether `code` is the code of `message`, in a time that does not depend on where they differ.
    package func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        constantTimeEquals(code, authenticationCode(for: message))
    }

    /// For a key that is used once.
    package static func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        MACContext(key: key).authenticationCode(for: message.span)
    }
}
