import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// Operators on tenants: `/admin/v1/tenants`.
struct AdminTenantRoutes: Sendable {
    let tenants: TenantStorage
    let log: OperatorLog

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("tenants", use: create)
        group.get("tenants", use: list)
        group.get("tenants/:id", use: show)
        group.post("tenants/:id/suspend") { try await set(.suspended, "tenant.suspend", $0, $1) }
        group.post("tenants/:id/resume") { try await set(.active, "tenant.resume", $0, $1) }
    }

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let body: TenantCreation = try await request.decodeBody(context: context, maximumBytes: BodyLimit.small)
        let rate = body.requestsPerMinute ?? TenantDefaults.requestsPerMinute
        guard TenantDefaults.requestsPerMinuteRange.contains(rate) else {
            throw APIError.invalid("requests_per_minute", "must be from 1 to 100000000")
        }
        let tenant = TenantDescription(
            id: TenantID(), name: try Naming.name(body.name, field: "name", maximum: 200),
            plan: try Naming.name(body.plan ?? TenantDefaults.plan, field: "plan", maximum: 64), status: .active,
            requestsPerMinute: rate, createdAt: Date())
        let act = OperatorAct(tenant: tenant.id, action: "tenant.create", context: context)
        let created = try await tenants.create(tenant, in: act.scope)
        try await log.record(act, target: "tenant:\(created.id)")
        return try .json(created, status: .created, headers: [.location: "/admin/v1/tenants/\(created.id)"])
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let page = try PageRequest(request)
        let rows = try await tenants.list(after: try page.position(TenantID.self), limit: page.limit + 1)
        return try .json(try Page(reading: rows, limit: page.limit) { $0.id })
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id: TenantID = try context.identifier()
        let act = OperatorAct(tenant: id, action: "tenant.read", context: context)
        guard let tenant = try await tenants.find(in: act.scope) else { throw APIError.notFound("tenant") }
        return try .json(tenant)
    }

    private func set(
        _ status: TenantDescription.Status, _ action: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: action, context: context)
        guard let tenant = try await tenants.set(status, in: act.scope) else { throw APIError.notFound("tenant") }
        try await log.record(act, target: "tenant:\(tenant.id)")
        return try .json(tenant)
    }
}
