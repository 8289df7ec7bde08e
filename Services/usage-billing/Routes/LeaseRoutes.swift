import Contracts
package import Foundation
package import Hummingbird
package import ServiceKit

/// `/internal/v1/leases` and `/internal/v1/prices`: what a gateway needs to admit calls by itself for a while.
package struct LeaseRoutes: Sendable {
    let budgets: BudgetLedger
    let prices: PriceBooks
    let now: @Sendable () -> Date

    package init(budgets: BudgetLedger, prices: PriceBooks, now: @escaping @Sendable () -> Date) {
        self.budgets = budgets
        self.prices = prices
        self.now = now
    }

    package func add(to group: RouterGroup<ServiceContext>) {
        group.get("prices", use: currentPrices)
        group.post("leases", use: grant)
        group.post("leases/reconcile", use: reconcile)
        group.post("leases/:id/close", use: close)
    }

    @Sendable
    func currentPrices(_ request: Request, context: ServiceContext) async throws -> Response {
        try .json(try await prices.book(at: now()))
    }

    @Sendable
    func grant(_ request: Request, context: ServiceContext) async throws -> Response {
        try context.require(issuer: .gateway)
        let body = try await request.decodeBody(as: LeaseRequest.self, context: context, maximumBytes: BodyLimit.small)
        guard body.needPicoUSD > 0 else { throw APIError.invalid("need_pico_usd", "must be positive") }
        try Self.check(replica: body.replica)
        guard context.caller.map({ $0.tenant == body.tenant }) ?? true else {
            throw APIError(.forbidden, "the token is for another tenant")
        }
        let scope = context.scope(ofReported: body.tenant)
        do {
            guard let grant = try await budgets.grant(body, now: now(), in: scope) else {
                throw APIError(.budgetExhausted, "the tenant's budget for this month does not cover the call")
            }
            return try .json(grant)
        } catch LedgerError.leaseEnded {
            throw APIError(.conflict, "the lease of this id has ended")
        }
    }

    @Sendable
    func close(_ request: Request, context: ServiceContext) async throws -> Response {
        try context.require(issuer: .gateway)
        let lease = try context.identifier(of: Lease.self)
        let body = try await request.decodeBody(as: LeaseClosing.self, context: context, maximumBytes: BodyLimit.small)
        guard body.spentPicoUSD >= 0 else { throw APIError.invalid("spent_pico_usd", "must not be negative") }
        guard let tenant = context.caller?.tenant ?? body.tenant else {
            throw APIError.invalid("tenant", "is required when the token names none")
        }
        let scope = context.scope(ofReported: tenant)
        guard try await budgets.close(lease, spent: body.spentPicoUSD, in: scope) else {
            throw APIError.notFound("lease")
        }
        return .noContent
    }

    @Sendable
    func reconcile(_ request: Request, context: ServiceContext) async throws -> Response {
        try context.require(issuer: .gateway)
        let body = try await request.decodeBody(
            as: LeaseReconciliation.self, context: context, maximumBytes: BodyLimit.medium)
        try Self.check(replica: body.replica)
        let keep = body.keep ?? []
        guard keep.count <= LeaseReconciliation.maximumKept else {
            throw APIError.invalid("keep", "more than \(LeaseReconciliation.maximumKept)")
        }
        let released = try await budgets.reconcile(body.replica, keeping: keep)
        return try .json(LeaseReconciliationReceipt(released: released))
    }

    private static func check(replica: String) throws(APIError) {
        guard (1...128).contains(replica.utf8.count), !replica.utf8.contains(0) else {
            throw .invalid("replica", "must be 1 to 128 bytes")
        }
    }
}
