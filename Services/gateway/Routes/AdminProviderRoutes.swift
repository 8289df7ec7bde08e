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

    private static let defaultPriority = 100

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("tenants/:id/providers", use: create)
        group.get("tenants/:id/providers", use: list)
        group.patch("tenants/:id/providers/:provider", use: change)
        group.delete("tenants/:id/providers/:provider", use: delete)
    }

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.create", context: context)
        var body: ProviderCreation = try await request.decodeBody(context: context, maximumBytes: BodyLimit.small)
        body.name = try Naming.name(body.name, field: "name", maximum: 100)
        body.kind = body.kind.replacing("_", with: "-")
        if body.region?.isEmpty == true { body.region = nil }
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

    /// Also how a key is rotated: calls under way finish with the old one, and within a second every replica sends the
    /// new one.
    private func change(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.update", context: context)
        let id: ProviderID = try context.identifier("provider")
        try request.requireContentType("application/json")
        let update: ProviderUpdate = try DocumentBody.decode(
            try await request.collectBytes(maximumBytes: BodyLimit.small))
        let problems = ProviderRules.problems(of: update)
        guard problems.isEmpty else { throw DocumentBody.invalid(problems) }
        guard let (kind, present) = try await providers.settings(of: id, in: act.scope) else {
            throw APIError.notFound("provider")
        }
        try Self.check(
            kind,
            ProviderSettings(
                baseURL: present.baseURL, apiKey: update.apiKey ?? present.apiKey,
                options: update.options ?? present.options))
        guard let changed = try await providers.update(id, update, in: act.scope) else {
            throw APIError.notFound("provider")
        }
        try await log.record(
            act, target: "provider:\(id)", details: ["changed": update.changed.joined(separator: " ")])
        return try .json(changed)
    }

    private func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "provider.delete", context: context)
        let provider: ProviderID = try context.identifier("provider")
        guard try await providers.delete(provider, in: act.scope) else { throw APIError.notFound("provider") }
        try await log.record(act, target: "provider:\(provider)")
        return .noContent
    }

    /// A value that the interface of the kind needs and does not have is named too.
    private static func check(_ body: ProviderCreation) throws(APIError) {
        guard ProviderAdapters.kinds.contains(body.kind) else {
            throw .invalid("kind", "must be one of \(ProviderAdapters.kinds.joined(separator: ", "))")
        }
        if let problem = ProviderAddress.problem(with: body.baseURL) { throw .invalid("base_url", problem) }
        let problems = ProviderRules.problems(
            of: ProviderUpdate(
                apiKey: body.apiKey, models: body.models, priority: body.priority, region: body.region,
                weight: body.weight, options: body.options))
        guard problems.isEmpty else { throw DocumentBody.invalid(problems) }
        try check(
            body.kind, ProviderSettings(baseURL: body.baseURL, apiKey: body.apiKey, options: body.options ?? [:]))
    }

    private static func check(_ kind: String, _ settings: ProviderSettings) throws(APIError) {
        do {
            _ = try ProviderAdapters.make(kind, settings)
        } catch {
            throw .invalid(error.field, error.text)
        }
    }
}
