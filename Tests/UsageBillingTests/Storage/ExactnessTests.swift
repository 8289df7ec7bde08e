import Contracts
import Foundation
import Support
import Testing

@testable import UsageBilling

/// The promise of a hard budget, tried with random interleavings of calls, lost answers, repetitions, crashes and
/// expiries on a real database. Every case is made from its seed, so a failure can be repeated.
@Suite("Exactness of the ledger and the budget", .timeLimit(.minutes(10)))
struct ExactnessTests {
    static let limit: Int128 = 900_000_000

    @Test("at every step: what was spent is within the limit, and so is what is posted and reserved", arguments: 1...12)
    func everyStep(seed: UInt64) async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let scope = testScope(tenant)
            try await billing.budgets.setMonthly(Money(picoUSD: Self.limit), by: "operator", in: scope)
            var generator = SeededGenerator(seed: seed)
            var gateways = (0..<3).map { SimulatedGateway(replica: "\($0)", tenant: tenant, billing: billing) }
            var now = sampleNow
            for _ in 0..<150 {
                let index = Int.random(in: gateways.indices, using: &generator)
                try await gateways[index].step(at: now, using: &generator)
                now += Double.random(in: 0...4, using: &generator)
                let balance = try #require(try await billing.budgets.balance(at: now, in: scope))
                #expect(gateways.reduce(0) { $0 + $1.spent } <= Self.limit)
                #expect(balance.available >= 0)
                #expect(balance.posted + balance.outstanding >= gateways.reduce(0) { $0 + $1.spent })
            }
            try await settle(gateways, billing, tenant, at: now)
        }
    }

    @Test("four gateways at once, each with its own accidents", arguments: 101...104)
    func concurrent(seed: UInt64) async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let scope = testScope(tenant)
            try await billing.budgets.setMonthly(Money(picoUSD: Self.limit), by: "operator", in: scope)
            let gateways = try await withThrowingTaskGroup(of: SimulatedGateway.self) { group in
                for replica in 0..<4 {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(replica))
                        var gateway = SimulatedGateway(replica: "\(replica)", tenant: tenant, billing: billing)
                        for step in 0..<60 {
                            try await gateway.step(at: sampleNow + Double(step), using: &generator)
                        }
                        return gateway
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(gateways.reduce(0) { $0 + $1.spent } <= Self.limit)
            try await settle(gateways, billing, tenant, at: sampleNow)
        }
    }

    /// When everything has arrived: events, rollups, months and the gateways' own count are the same to the unit.
    private func settle(
        _ gateways: [SimulatedGateway], _ billing: BillingFixture, _ tenant: TenantID, at now: Date
    ) async throws {
        for var gateway in gateways { try await gateway.restart() }
        let spent = gateways.reduce(0) { $0 + $1.spent }
        let events = gateways.flatMap(\.journaled)
        #expect(try await billing.post(events) == 0)
        let report = try await billing.costs(tenant)
        #expect(report.total.cost.picoUSD == spent)
        // The budget was really tried, not left alone.
        #expect(spent > Self.limit / 2)
        #expect(report.total.requests == Int64(events.count))
        #expect(try await billing.eventSum(tenant) == spent)
        let balance = try #require(try await billing.budgets.balance(at: now, in: testScope(tenant)))
        #expect(balance.posted == spent)
        #expect(try await LedgerDrift.measure(in: billing.pool, now: now) == LedgerDrift())
        for gateway in gateways { _ = try await billing.budgets.reconcile(gateway.replica, keeping: []) }
        #expect(try await billing.budgets.balance(at: now, in: testScope(tenant))?.outstanding == 0)
    }
}
