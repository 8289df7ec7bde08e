package import Contracts

/// What a context token says. Times are whole seconds since the Unix epoch.
package struct ContextClaims: Codable, Sendable, Equatable {
    package var iss: ServiceName
    package var aud: ServiceName
    package var tenant: TenantID?
    package var sub: String
    package var roles: [Role]
    package var requestID: String
    package var apiKey: APIKeyID?
    package var user: String?
    package var iat: Int64
    package var exp: Int64

    enum CodingKeys: String, CodingKey {
        case iss, aud, tenant, sub, roles, user, iat, exp
        case requestID = "request_id"
        case apiKey = "api_key"
    }
}

/// The fixed parts of a context token: a JWT (RFC 7519) signed with Ed25519 (RFC 8037).
package enum ContextToken {
    package static let header = "X-Asterism-Context"
    /// How long a token is good for: long enough for a retried call, too short to be worth stealing from a log.
    package static let lifetimeSeconds: Int64 = 60
    /// How far the clocks of two machines may differ.
    package static let skewSeconds: Int64 = 5
    /// Ours have about 600 bytes.
    package static let maximumByteCount = 8 * 1024

    /// The JOSE header of an issuer, byte for byte. Verification compares it whole, so no algorithm is ever chosen by
    /// the token.
    static func joseHeader(issuer: ServiceName) -> String {
        #"{"alg":"EdDSA","kid":"\#(issuer.rawValue)","typ":"asterism-context+jwt"}"#
    }
}
