import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit

/// Operators on what a tenant's configuration was: `/admin/v1/tenants/{id}/config/versions`.
struct AdminConfigurationHistoryRoutes: Sendable {
    let tenants: TenantStorage
    let configurations: ConfigurationStorage

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("tenants/:id/config/versions", use: list)
        group.get("tenants/:id/config/versions/:version", use: show)
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "config.list", context: context)
        let page = try PageRequest(request)
        guard try await tenants.find(in: act.scope) != nil else { throw APIError.notFound("tenant") }
        let rows = try await configurations.versions(
            before: try page.position(Int64.self), limit: page.limit + 1, in: act.scope)
        return try .json(try Page(reading: rows, limit: page.limit) { $0.version })
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "config.read", context: context)
        guard let version = context.parameters.get("version").flatMap({ Int64($0) }),
            let (text, changedAt) = try await configurations.document(of: version, in: act.scope)
        else { throw APIError.notFound("version of the configuration") }
        let answer = JSONValue.members(
            ("version", .integer(version)), ("changed_at", .string(WireFormat.timestamp(changedAt))),
            ("config", try JSONValue(parsing: Array(text.utf8))))
        return .bytes(answer.text, contentType: "application/json")
    }
}
