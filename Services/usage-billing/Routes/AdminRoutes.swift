import Contracts
package import Foundation
package import Hummingbird
package import ServiceKit

/// `/admin/v1`: prices and budgets, for operators. The gateway checks the operator's key and asks here for itself, or
/// in the operator's name; a tenant's own request never gets in.
package struct AdminRoutes: Sendable {
    let budgets: BudgetLedger
    let prices: PriceBooks
    let now: @Sendable () -> Date

    package init(budgets: BudgetLedger, prices: PriceBooks, now: @escaping @Sendable () -> Date) {
        self.budgets = budgets
        self.prices = prices
        self.now = now
    }

    package func add(to group: RouterGroup<ServiceContext>) {
        group.get("prices", use: readPrices)
        group.put("prices", use: publishPrices)
        group.get("tenants/:id/budget", use: readBudget)
        group.put("tenants/:id/budget", use: setBudget)
    }

    @Sendable
    func readPrices(_ request: Request, context: ServiceContext) async throws -> Response {
        try Self.authorise(context)
        return try .json(try await prices.book(at: now()))
    }

    @Sendable
    func publishPrices(_ request: Request, context: ServiceContext) async throws -> Response {
        try Self.authorise(context)
        let update = try await request.decodeBody(as: PriceUpdate.self, context: context)
        let now = now()
        let problems = update.problems(now: now)
        guard problems.isEmpty else {
            throw APIError(.invalidRequest, "the price book cannot come into force", errors: problems)
        }
        return try .json(try await prices.publish(update, by: Self.actor(of: context), now: now))
    }

    @Sendable
    func readBudget(_ request: Request, context: ServiceContext) async throws -> Response {
        try Self.authorise(context)
        return try await status(of: context.scope(ofReported: try context.identifier(of: Tenant.self)))
    }

    @Sendable
    func setBudget(_ request: Request, context: ServiceContext) async throws -> Response {
        try Self.authorise(context)
        let scope = context.scope(ofReported: try context.identifier(of: Tenant.self))
        let update = try await request.decodeBody(
            as: BudgetUpdate.self, context: context, maximumBytes: BodyLimit.small)
        if let monthly = update.monthly, monthly < .zero { throw APIError.invalid("monthly", "must not be negative") }
        try await budgets.setMonthly(update.monthly, by: Self.actor(of: context), in: scope)
        return try await status(of: scope)
    }

    private func status(of scope: TenantScope) async throws -> Response {
        let now = now()
        let balance = try await budgets.balance(at: now, in: scope)
        return try .json(BudgetList(data: balance.map { [BudgetStatus($0, at: now)] } ?? []))
    }

    private static func authorise(_ context: ServiceContext) throws(APIError) {
        try context.require(issuer: .gateway)
        let actor = Self.actor(of: context)
        guard actor == "operator" || actor == "service:\(ServiceName.gateway.rawValue)" else {
            throw APIError(.forbidden, "this is for operators")
        }
    }

    private static func actor(of context: ServiceContext) -> String {
        context.caller?.actor ?? "service:\(context.issuer.rawValue)"
    }
}
