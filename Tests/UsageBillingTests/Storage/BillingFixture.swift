import Contracts
import Foundation
import Logging
import Postgres
import ServiceKit
import Support

@testable import UsageBilling

/// The ledger on a database of its own, as the service's role sees it, and the same database behind its back.
struct BillingFixture: Sendable {
    let database: TestDatabase
    let pool: PostgresPool
    let superuser: PostgresPool
    let prices: PriceBooks
    let ledger: UsageLedger
    let budgets: BudgetLedger
    let reports: UsageReports

    /// Posts as the gateway does: sorted, each id once.
    @discardableResult
    func post(_ events: [UsageEvent]) async throws -> Int {
        var accepted = 0
        for (tenant, events) in Dictionary(grouping: events, by: \.tenant) {
            accepted += try await ledger.post(
                events.sorted { $0.id < $1.id }, from: .gateway, in: testScope(tenant))
        }
        return accepted
    }

    func costs(
        _ tenant: TenantID, by grouping: UsageGrouping = .model, from: String = "2026-01-01", to: String = "2026-12-31"
    ) async throws -> UsageCostReport {
        let range = try UsageRange(from: from, to: to, now: sampleNow, parseTime: WireFormat.date)
        return try await reports.costs(by: grouping, in: range, of: testScope(tenant))
    }

    /// The sum over the events themselves, read by the superuser.
    func eventSum(_ tenant: TenantID) async throws -> Int128 {
        let rows = try await superuser.query(
            "SELECT COALESCE(sum(cost), 0)::text AS sum FROM billing.usage_events WHERE tenant_id = \(tenant.uuid)")
        return Int128(try rows[0].decode("sum", as: String.self)) ?? -1
    }
}

func withBilling<R: Sendable>(
    _ body: @Sendable (BillingFixture) async throws -> R
) async throws -> R {
    try await withTestDatabase { database in
        try await MigrationRunner(
            url: database.url(role: "billing_migrator"), schema: "billing", migrations: BillingMigrations.all,
            logger: .quiet
        ).up()
        let pool = try database.makePool(role: "billing")
        let superuser = try database.makePool()
        let prices = PriceBooks(pool: pool)
        let value = try await body(
            BillingFixture(
                database: database, pool: pool, superuser: superuser, prices: prices,
                ledger: UsageLedger(pool: pool, prices: prices), budgets: BudgetLedger(pool: pool),
                reports: UsageReports(pool: pool)))
        await pool.shutDown()
        await superuser.shutDown()
        return value
    }
}

func testScope(_ tenant: TenantID) -> TenantScope {
    .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: tenant, actor: "test"))
}
