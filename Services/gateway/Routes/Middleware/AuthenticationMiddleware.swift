import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Resilience
import ServiceKit

/// Lets in who has a live API key within its rate, or is one of our own services with a signed context.
///
/// A service's call is part of a request that was let in and counted already, so it is not counted again.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let keys: KeyDirectory
    let tenants: TenantDirectory
    let limiter: RequestRateLimiter

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let token = try context.verifiedToken() {
            guard let caller = token.caller else {
                throw APIError(.unauthenticated, "the service token names no tenant")
            }
            _ = try await activeTenant(caller.scope)
            context.caller = caller
            return try await next(request, context)
        }
        let key = try await key(of: request)
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: key.tenant, actor: key.actor)
        let profile = try await activeTenant(.verified(by: proof))
        try admit(key.tenant, under: CallLabels.isPriority1(request.headers) ? profile.limit : profile.ordinaryLimit)
        context.caller = Caller(provenBy: proof, roles: key.roles, requestID: context.requestID, apiKey: key.id)
        return try await next(request, context)
    }

    /// Where Anthropic's clients send the key.
    private static let anthropicField = HTTPField.Name("x-api-key")

    private func key(of request: Request) async throws -> StoredAPIKey {
        let key: APIKeyText?
        if let header = request.headers[.authorization] {
            key = header.utf8.count < 1024 ? BearerToken.token(in: header).flatMap(APIKeyText.init) : nil
        } else if let text = Self.anthropicField.flatMap({ request.headers[$0] }) {
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

    private func activeTenant(_ scope: TenantScope) async throws -> TenantProfile {
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
