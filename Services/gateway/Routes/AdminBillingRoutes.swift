import Contracts
import Hummingbird
import ServiceKit

/// Operators on prices and budgets, which usage-billing keeps.
struct AdminBillingRoutes: Sendable {
    let proxy: ServiceProxy

    func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("prices", use: platform)
        group.put("prices", use: platform)
        group.get("tenants/:id/budget", use: tenant)
        group.put("tenants/:id/budget", use: tenant)
    }

    private func platform(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await proxy.forward(
            request, to: .usageBilling, as: .platform, requestID: context.requestID, trace: context.trace)
    }

    private func tenant(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let act = OperatorAct(tenant: try context.identifier(), action: "budget.set", context: context)
        return try await proxy.forward(
            request, to: .usageBilling, as: .caller(act.caller), requestID: context.requestID, trace: context.trace)
    }
}
