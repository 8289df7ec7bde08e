package import Contracts
package import Cryptography
package import Foundation

/// Signs context tokens in the name of this service.
package struct TrustSigner: Sendable {
    package let service: ServiceName
    private let key: SigningKey
    private let header: String
    private let now: @Sendable () -> Date

    package init(service: ServiceName, key: SigningKey, now: @escaping @Sendable () -> Date = { Date() }) {
        self.service = service
        self.key = key
        self.now = now
        header = Base64URL.encode(Array(ContextToken.joseHeader(issuer: service).utf8))
    }

    /// A token for one call to `audience` on behalf of `caller`.
    package func token(for audience: ServiceName, as caller: Caller) throws -> String {
        try sign(
            claims(
                audience: audience, tenant: caller.tenant, actor: caller.actor, roles: caller.roles,
                requestID: caller.requestID, apiKey: caller.apiKey, user: caller.user))
    }

    /// A token for a call to `audience` for a tenant, by this service itself.
    package func token(for audience: ServiceName, scope: TenantScope, requestID: String) throws -> String {
        try sign(
            claims(
                audience: audience, tenant: scope.tenant, actor: "service:\(service.rawValue)", roles: [.service],
                requestID: requestID))
    }

    /// A token for a call to `audience` by this service, for no tenant.
    package func token(for audience: ServiceName, requestID: String) throws -> String {
        try sign(
            claims(
                audience: audience, tenant: nil, actor: "service:\(service.rawValue)", roles: [.service],
                requestID: requestID))
    }

    private func claims(
        audience: ServiceName, tenant: TenantID?, actor: String, roles: Set<Role>, requestID: String,
        apiKey: APIKeyID? = nil, user: String? = nil
    ) -> ContextClaims {
        let issued = Int64(now().timeIntervalSince1970)
        return ContextClaims(
            iss: service, aud: audience, tenant: tenant, sub: actor,
            roles: roles.sorted { $0.rawValue < $1.rawValue }, requestID: requestID, apiKey: apiKey, user: user,
            iat: issued, exp: issued + ContextToken.lifetimeSeconds)
    }

    package func sign(_ claims: ContextClaims) throws -> String {
        let payload = try JSONEncoder().encode(claims)
        let signed = "\(header).\(Base64URL.encode(Array(payload)))"
        return "\(signed).\(Base64URL.encode(try key.sign(Array(signed.utf8))))"
    }
}
