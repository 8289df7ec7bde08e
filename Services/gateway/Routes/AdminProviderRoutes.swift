import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// Operators on the providers of a tenant: `/admin/v1/tenants/{id}/providers`.
struct AdminProviderRoutes: Sendable {
    let tenants: TenantStorage
    let providers: ProviderStorage
    let addresses: ProviderAddressCheck
    let log: OperatorLog

    private static let maximumModels = 500
    private static let priorities = 0...1_000_000
    private static let defaultPriority = 100

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("tenants/:id/providers", use: create)
        group.get("tenants/:id/providers", use: list)
        group.delete("tenants/:id/providers/:provider", use: delete)
    }

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.create", context: context)
        var body: ProviderCreation = try await request.decodeBody(context: context, maximumBytes: BodyLimit.small)
        body.name = try Naming.name(body.name, field: "name", maximum: 100)
        body.kind = body.kind.replacing("_", with: "-")
        try Self.check(body)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        try await addresses.check(body.baseURL)
        let created = try await providers.create(
            body, id: ProviderID(), priority: body.priority ?? Self.defaultPriority, in: act.scope)
        try await log.record(act, target: "provider:\(created.id)", details: ["kind": created.kind])
        return try .json(created, status: .created)
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.list", context: context)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        return try .json(Page(data: try await providers.list(in: act.scope), nextCursor: nil))
    }

    private func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.delete", context: context)
        let provider: ProviderID = try context.identifier("provider")
        guard try await providers.delete(provider, in: act.scope) else { throw APIError.notFound("provider") }
        try await log.record(act, target: "provider:\(provider)")
        return .noContent
    }

    private static func check(_ body: ProviderCreation) throws(APIError) {
        guard ModelProvider.Kind(rawValue: body.kind) != nil else {
            let kinds = ModelProvider.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("kind", "must be one of \(kinds)")
        }
        if let problem = ProviderAddress.problem(with: body.baseURL) { throw .invalid("base_url", problem) }
        if let key = body.apiKey {
            guard (1...4096).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw .invalid("api_key", "must be from 1 to 4096 plain characters without blanks")
            }
        }
        guard (1...maximumModels).contains(body.models.count) else {
            throw .invalid("models", "must name from 1 to \(maximumModels) models")
        }
        for (index, model) in body.models.enumerated() {
            _ = try Naming.name(model, field: "models[\(index)]", maximum: ModelRequest.maximumNameBytes)
        }
        guard priorities.contains(body.priority ?? defaultPriority) else {
            throw .invalid("priority", "must be from 0 to \(priorities.upperBound)")
        }
    }
}
