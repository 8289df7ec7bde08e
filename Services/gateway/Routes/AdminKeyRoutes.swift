import Contracts
import Cryptography
import Foundation
import Hummingbird
import ServiceKit

/// Operators on API keys: `/admin/v1/tenants/{id}/api-keys`.
struct AdminKeyRoutes: Sendable {
    let tenants: TenantStorage
    let keys: APIKeyStorage
    let directory: KeyDirectory
    let log: OperatorLog

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("tenants/:id/api-keys", use: create)
        group.get("tenants/:id/api-keys", use: list)
        group.delete("tenants/:id/api-keys/:key", use: revoke)
    }

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "api_key.create", context: context)
        let body: APIKeyCreation = try await request.decodeBody(context: context, maximumBytes: BodyLimit.small)
        let name = try Naming.name(body.name, field: "name", maximum: 200)
        let roles = try Self.roles(body.roles)
        if let expiry = body.expiresAt, expiry <= Date() {
            throw APIError.invalid("expires_at", "must be in the future")
        }
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        let key = APIKeyText.generate(from: SecureRandom.bytes)
        let description = APIKeyDescription(
            id: APIKeyID(), name: name, roles: roles, prefix: "", createdAt: Date(), expiresAt: body.expiresAt)
        var created = try await keys.create(
            description, identifier: key.identifier, digest: directory.digest(of: key), in: act.scope)
        try await log.record(
            act, target: "api_key:\(created.id)", details: ["roles": roles.joined(separator: " ")])
        created.key = key.reveal()
        return try .json(created, status: .created)
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "api_key.list", context: context)
        let page = try PageRequest(request)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        let rows = try await keys.list(
            after: try page.position(APIKeyID.self), limit: page.limit + 1, in: act.scope)
        return try .json(try Page(reading: rows, limit: page.limit) { $0.id })
    }

    private func revoke(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "api_key.revoke", context: context)
        let key: APIKeyID = try context.identifier("key")
        guard try await keys.revoke(key, in: act.scope) else { throw APIError.notFound("API key") }
        directory.forget(.tenant(act.tenant))
        try await log.record(act, target: "api_key:\(key)")
        return .noContent
    }

    /// `service` is what our own services are; no key can be one.
    private static func roles(_ names: [String]?) throws(APIError) -> [String] {
        guard let names else { return [Role.tenantAdmin.rawValue] }
        let allowed = Set(Role.allCases).subtracting([.service]).map(\.rawValue).sorted()
        guard !names.isEmpty, Set(names).isSubset(of: allowed) else {
            throw .invalid("roles", "must be some of \(allowed.joined(separator: ", "))")
        }
        return Set(names).sorted()
    }
}
