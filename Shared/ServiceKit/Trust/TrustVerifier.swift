package import Contracts
package import Cryptography
package import Foundation

/// What a valid token says, in the types that routes use.
package struct VerifiedToken: Sendable, Equatable {
    package let issuer: ServiceName
    package let actor: String
    package let requestID: String
    /// Nil when the token names no tenant.
    package let caller: Caller?
    let expires: Int64

    init(_ claims: ContextClaims) {
        issuer = claims.iss
        actor = claims.sub
        requestID = claims.requestID
        expires = claims.exp
        caller = claims.tenant.map { tenant in
            Caller(
                scope: TenantScope(proven: tenant), actor: claims.sub, roles: Set(claims.roles),
                requestID: claims.requestID, apiKey: claims.apiKey, issuer: claims.iss, user: claims.user)
        }
    }
}

/// Checks context tokens addressed to this service.
///
/// A token is good when its header is byte for byte that of a trusted issuer, the issuer's key signed it, its
/// audience is this service, and it was issued no more than 60 s ago, give or take 5 s between clocks.
package struct TrustVerifier: Sendable {
    /// Why a token was refused: for the log, never for the caller.
    package enum Refusal: String, Error, Sendable {
        case tooLong, malformed, unknownIssuer, badSignature, badClaims, issuerMismatch, wrongAudience, expired
        case fromTheFuture, lifetimeTooLong
    }

    package let audience: ServiceName
    private let issuers: [String: (ServiceName, VerifyingKey)]
    private let cache: VerificationCache
    private let now: @Sendable () -> Date

    /// - Parameter peers: The services trusted here and their public keys; nobody else's token is accepted.
    package init(
        audience: ServiceName, peers: [ServiceName: VerifyingKey], now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.audience = audience
        self.now = now
        cache = VerificationCache()
        var issuers: [String: (ServiceName, VerifyingKey)] = [:]
        for (service, key) in peers {
            issuers[Base64URL.encode(Array(ContextToken.joseHeader(issuer: service).utf8))] = (service, key)
        }
        self.issuers = issuers
    }

    package var trustedIssuers: [ServiceName] { issuers.values.map(\.0) }

    package func verify(_ token: String) throws(Refusal) -> VerifiedToken {
        guard token.utf8.count <= ContextToken.maximumByteCount else { throw .tooLong }
        let seconds = Int64(now().timeIntervalSince1970)
        let digest = SHA256.hash(token)
        if let known = cache.lookup(digest, at: seconds) { return known }
        let claims = try checkedClaims(token)
        try check(claims, at: seconds)
        let verified = VerifiedToken(claims)
        cache.store(verified, for: digest, at: seconds)
        return verified
    }

    private func checkedClaims(_ token: String) throws(Refusal) -> ContextClaims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        guard let (issuer, key) = issuers[String(parts[0])] else { throw .unknownIssuer }
        guard let signature = Base64URL.decode(String(parts[2])), let payload = Base64URL.decode(String(parts[1]))
        else { throw .malformed }
        guard key.verify(signature, Array("\(parts[0]).\(parts[1])".utf8)) else { throw .badSignature }
        guard let claims = try? JSONDecoder().decode(ContextClaims.self, from: Data(payload)) else {
            throw .badClaims
        }
        guard claims.iss == issuer else { throw .issuerMismatch }
        return claims
    }

    private func check(_ claims: ContextClaims, at seconds: Int64) throws(Refusal) {
        guard claims.aud == audience else { throw .wrongAudience }
        guard claims.exp > claims.iat, claims.exp - claims.iat <= ContextToken.lifetimeSeconds else {
            throw .lifetimeTooLong
        }
        guard claims.iat <= seconds + ContextToken.skewSeconds else { throw .fromTheFuture }
        guard claims.exp + ContextToken.skewSeconds > seconds else { throw .expired }
    }
}

/// The token of a request with what can verify it, so that a context can do so when a route needs it.
struct PresentedToken: Sendable {
    let token: String
    let verifier: TrustVerifier

    func verify() throws(APIError) -> VerifiedToken {
        do {
            return try verifier.verify(token)
        } catch {
            throw APIError(
                .unauthenticated, "the service token is not valid", internalReason: "token: \(error.rawValue)")
        }
    }
}
