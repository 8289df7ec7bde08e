import Contracts
package import Foundation
package import Hummingbird
package import ServiceKit

/// `/v1/usage` and `/v1/budgets`: what a tenant reads about its own spending.
package struct UsageRoutes: Sendable {
    let reports: UsageReports
    let budgets: BudgetLedger
    let now: @Sendable () -> Date

    package init(reports: UsageReports, budgets: BudgetLedger, now: @escaping @Sendable () -> Date) {
        self.reports = reports
        self.budgets = budgets
        self.now = now
    }

    package func add(to group: RouterGroup<CallerContext>) {
        group.get("usage/costs", use: costs)
        group.get("usage/events", use: events)
        group.get("budgets", use: listBudgets)
    }

    @Sendable
    func costs(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.usageRead)
        let query = request.uri.queryParameters
        let text = query["group_by"].map(String.init) ?? UsageGrouping.model.rawValue
        guard let grouping = UsageGrouping(rawValue: text) else {
            let known = UsageGrouping.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.invalid("group_by", "must be one of \(known)")
        }
        return try .json(try await reports.costs(by: grouping, in: try range(of: request), of: context.scope))
    }

    @Sendable
    func events(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.usageRead)
        let page = try PageRequest(request)
        let rows = try await reports.events(
            in: try range(of: request), below: try page.position(EventCursor.self), limit: page.limit + 1,
            of: context.scope)
        return try .json(try Page(reading: rows, limit: page.limit) { EventCursor(after: $0.event) })
    }

    @Sendable
    func listBudgets(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.usageRead)
        let now = now()
        let balance = try await budgets.balance(at: now, in: context.scope)
        return try .json(BudgetList(data: balance.map { [BudgetStatus($0, at: now)] } ?? []))
    }

    private func range(of request: Request) throws -> UsageRange {
        let query = request.uri.queryParameters
        do {
            return try UsageRange(
                from: query["from"].map(String.init), to: query["to"].map(String.init), now: now(),
                parseTime: WireFormat.date)
        } catch {
            throw APIError.invalid(error.field, error.detail)
        }
    }
}
