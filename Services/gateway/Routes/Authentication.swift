import Contracts
import Foundation
import HTTPTypes
import Resilience
import ServiceKit

/// Who a credential belongs to, and whether its tenant may send another request now.
struct Authentication: Sendable {
    let keys: KeyDirectory
    let tenants: TenantDirectory
    let limiter: RequestRateLimiter

    /// What a request shows of its sender.
    struct Credential: Sendable {
        /// The value of `Authorization`.
        let authorization: String?
        /// The value of `X-Api-Key`, looked at when there is no `Authorization`.
        let apiKey: String?
    }

    /// - Parameter isPriority1: The request may use the part of the rate that is kept for tickets of priority 1.
    /// - Throws: 401 for a key that is none, 403 for a suspended tenant, 429 past the tenant's rate.
    nonisolated(nonsending) func caller(
        presenting credential: Credential, isPriority1: Bool, requestID: String
    ) async throws -> Caller {
        let key = try await key(credential)
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: key.tenant, actor: key.actor)
        let profile = try await activeTenant(.verified(by: proof))
        try admit(key.tenant, under: isPriority1 ? profile.limit : profile.ordinaryLimit)
        return Caller(provenBy: proof, roles: key.roles, requestID: requestID, apiKey: key.id)
    }

    /// - Throws: 401 when there is no such tenant, 403 when it is suspended.
    func checkActive(_ scope: TenantScope) async throws {
        _ = try await activeTenant(scope)
    }

    private nonisolated(nonsending) func key(_ credential: Credential) async throws -> StoredAPIKey {
        let key: APIKeyText?
        if let header = credential.authorization {
            key = header.utf8.count < 1024 ? BearerToken.token(in: header).flatMap(APIKeyText.init) : nil
        } else if let text = credential.apiKey {
            key = text.utf8.count < 1024 ? APIKeyText(text[...]) : nil
        } else {
            throw Self.refused("send an API key as \"Authorization: Bearer ast_live_…\"")
        }
        guard let key else { throw Self.refused("this is not an API key") }
        guard let stored = try await keys.find(key, at: Date()) else {
            throw Self.refused("the API key is unknown, expired or revoked")
        }
        return stored
    }

    private nonisolated(nonsending) func activeTenant(_ scope: TenantScope) async throws -> TenantProfile {
        guard let profile = try await tenants.profile(in: scope) else {
            throw Self.refused("the API key is unknown, expired or revoked")
        }
        guard profile.status == .active else { throw APIError(.forbidden, "the tenant is suspended") }
        return profile
    }

    private func admit(_ tenant: TenantID, under limit: RateLimit) throws(APIError) {
        let decision = limiter.admit(tenant, under: limit, at: .now)
        guard !decision.isAllowed else { return }
        throw APIError(
            .rateLimited, "the tenant's request rate is exceeded", headers: RateLimitFields.fields(limit, decision))
    }

    private static func refused(_ detail: String) -> APIError {
        APIError(.unauthenticated, detail, headers: [.wwwAuthenticate: "Bearer"])
    }
}
