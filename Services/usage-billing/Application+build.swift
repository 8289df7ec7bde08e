import Foundation
import Hummingbird
import Logging
import ServiceKit

extension App {
    /// Wires the service: stores, routes and the two workers beside them.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let configuration = try Configuration(parts.config)
        let now: @Sendable () -> Date = { Date() }
        let prices = PriceBooks(pool: parts.pool)
        let budgets = BudgetLedger(pool: parts.pool, terms: configuration.leaseTerms)
        let metrics = LedgerMetrics()
        let router = parts.makeRouter()
        UsageRoutes(reports: UsageReports(pool: parts.pool), budgets: budgets, now: now)
            .add(to: router.group("v1", context: CallerContext.self))
        AdminRoutes(budgets: budgets, prices: prices, now: now)
            .add(to: router.group("admin/v1", context: ServiceContext.self))
        let services = router.group("internal/v1", context: ServiceContext.self)
        IngestRoutes(ledger: UsageLedger(pool: parts.pool, prices: prices), metrics: metrics, now: now)
            .add(to: services)
        LeaseRoutes(budgets: budgets, prices: prices, now: now).add(to: services)

        let pool = parts.pool
        parts.addBackground("ledger-drift") {
            while true {
                metrics.record(try await LedgerDrift.measure(in: pool, now: now()))
                try await Task.sleep(for: configuration.driftInterval)
            }
        }
        parts.addBackground("lease-sweep") {
            while true {
                let swept = try await budgets.sweep(limit: Configuration.sweepBatch)
                // A full batch means that more is waiting.
                if swept < Configuration.sweepBatch { try await Task.sleep(for: Configuration.sweepInterval) }
            }
        }
        return router
    }
}
