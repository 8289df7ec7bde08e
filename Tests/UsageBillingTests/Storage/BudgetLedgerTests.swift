import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import UsageBilling

@Suite("Budgets and leases", .timeLimit(.minutes(5)))
struct BudgetLedgerTests {
    let tenant = TenantID()
    var scope: TenantScope { testScope(tenant) }

    func request(_ need: Int64, _ replica: String = "one", _ lease: LeaseID? = nil) -> LeaseRequest {
        LeaseRequest(tenant: tenant, replica: replica, needPicoUSD: need, lease: lease)
    }

    func setBudget(_ picoUSD: Int128, _ billing: BillingFixture) async throws {
        try await billing.budgets.setMonthly(Money(picoUSD: picoUSD), by: "operator", in: scope)
    }

    func balance(_ billing: BillingFixture) async throws -> BudgetBalance {
        try #require(try await billing.budgets.balance(at: sampleNow, in: scope))
    }

    @Test("without a budget there is no lease, and nothing limits the spending")
    func noBudget() async throws {
        try await withBilling { billing in
            let grant = try await billing.budgets.grant(request(1_000), now: sampleNow, in: scope)
            #expect(grant?.lease == nil)
            #expect(grant?.grantedPicoUSD == nil)
            #expect(grant?.expiresAt == sampleNow.addingTimeInterval(10))
            #expect(try await billing.budgets.balance(at: sampleNow, in: scope) == nil)
        }
    }

    @Test("a lease reserves what it grants until its events are posted, and then they are spent")
    func lifeOfALease() async throws {
        try await withBilling { billing in
            try await setBudget(100_000_000, billing)
            let grant = try #require(try await billing.budgets.grant(request(21_000_000), now: sampleNow, in: scope))
            #expect(grant.grantedPicoUSD == 25_000_000)
            #expect(try await balance(billing) == BudgetBalance(limit: 100_000_000, posted: 0, outstanding: 25_000_000))
            try await billing.post([sampleEvent(tenant, lease: grant.lease)])
            #expect(
                try await balance(billing)
                    == BudgetBalance(limit: 100_000_000, posted: 21_000_000, outstanding: 4_000_000))
            let lease = try #require(grant.lease)
            #expect(try await billing.budgets.close(lease, spent: 21_000_000, in: scope))
            #expect(
                try await balance(billing) == BudgetBalance(limit: 100_000_000, posted: 21_000_000, outstanding: 0))
        }
    }

    @Test("a closed lease reserves what it declared until that is posted; closing again corrects it")
    func closing() async throws {
        try await withBilling { billing in
            try await setBudget(100_000_000, billing)
            let grant = try #require(try await billing.budgets.grant(request(42_000_000), now: sampleNow, in: scope))
            let lease = try #require(grant.lease)
            #expect(try await billing.budgets.close(lease, spent: 42_000_000, in: scope))
            #expect(try await balance(billing).outstanding == 42_000_000)
            #expect(try await billing.budgets.close(lease, spent: 21_000_000, in: scope))
            #expect(try await balance(billing).outstanding == 21_000_000)
            try await billing.post([sampleEvent(tenant, lease: lease)])
            #expect(try await balance(billing).outstanding == 0)
            #expect(try await balance(billing).posted == 21_000_000)
        }
    }

    @Test("what the budget cannot cover is refused, whoever asks")
    func exhaustion() async throws {
        try await withBilling { billing in
            try await setBudget(1_000, billing)
            #expect(try await billing.budgets.grant(request(1_001), now: sampleNow, in: scope) == nil)
            #expect(try await billing.budgets.grant(request(700), now: sampleNow, in: scope)?.grantedPicoUSD == 700)
            #expect(try await billing.budgets.grant(request(301, "two"), now: sampleNow, in: scope) == nil)
            #expect(try await billing.budgets.grant(request(300, "two"), now: sampleNow, in: scope) != nil)
            try await setBudget(500, billing)
            #expect(try await billing.budgets.grant(request(1), now: sampleNow, in: scope) == nil)
            try await billing.budgets.setMonthly(nil, by: "operator", in: scope)
            #expect(try await billing.budgets.grant(request(1), now: sampleNow, in: scope)?.lease == nil)
        }
    }

    @Test("twenty gateways that ask at once never get more than there is")
    func concurrentGrants() async throws {
        try await withBilling { billing in
            try await setBudget(1_000, billing)
            let granted = try await withThrowingTaskGroup(of: Int64.self) { group in
                for replica in 0..<20 {
                    group.addTask {
                        let grant = try await billing.budgets.grant(
                            request(90, "replica-\(replica)"), now: sampleNow, in: scope)
                        return grant?.grantedPicoUSD ?? 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(granted <= 1_000)
            #expect(granted > 900)
            #expect(try await balance(billing).outstanding == Int128(granted))
        }
    }

    @Test("asking again with the same id gives the same lease")
    func lostAnswer() async throws {
        try await withBilling { billing in
            try await setBudget(100_000, billing)
            let id = LeaseID()
            let first = try await billing.budgets.grant(request(10, "one", id), now: sampleNow, in: scope)
            let again = try await billing.budgets.grant(
                request(10, "one", id), now: sampleNow.addingTimeInterval(1), in: scope)
            #expect(first == again)
            #expect(first?.lease == id)
            #expect(try await balance(billing).outstanding == Int128(first?.grantedPicoUSD ?? -1))
            // Never two gateways on one lease, and never a closed one again.
            await #expect(throws: LedgerError.leaseEnded) {
                try await billing.budgets.grant(request(10, "two", id), now: sampleNow, in: scope)
            }
            _ = try await billing.budgets.close(id, spent: 0, in: scope)
            await #expect(throws: LedgerError.leaseEnded) {
                try await billing.budgets.grant(request(10, "one", id), now: sampleNow, in: scope)
            }
        }
    }

    @Test("a crashed gateway's lease stays reserved after it expired, until its journal is drained")
    func crash() async throws {
        try await withBilling { billing in
            try await setBudget(1_000, billing)
            _ = try await billing.budgets.grant(request(600), now: sampleNow, in: scope)
            let later = sampleNow.addingTimeInterval(3_600)
            #expect(try await billing.budgets.grant(request(500, "two"), now: later, in: scope) == nil)
            let kept = try #require(try await billing.budgets.grant(request(100, "two"), now: later, in: scope)?.lease)
            #expect(try await billing.budgets.reconcile("one", keeping: []) == 1)
            #expect(try await billing.budgets.reconcile("one", keeping: []) == 0)
            #expect(try await balance(billing).outstanding == 100)
            #expect(try await billing.budgets.reconcile("two", keeping: [kept]) == 0)
            #expect(try await balance(billing).outstanding == 100)
        }
    }

    @Test("an event settles to the month in which its call was admitted")
    func admissionPeriod() async throws {
        try await withBilling { billing in
            try await setBudget(1_000_000_000, billing)
            let month = BudgetPeriod(containing: sampleNow)
            let last = month.end.addingTimeInterval(-2)
            let grant = try #require(try await billing.budgets.grant(request(21_000_000), now: last, in: scope))
            #expect(grant.expiresAt == month.end)
            let after = month.end.addingTimeInterval(5)
            try await billing.post([
                sampleEvent(tenant, at: after, lease: grant.lease), sampleEvent(tenant, at: after),
                // A lease that is not the tenant's, or not there any more.
                sampleEvent(tenant, at: after, lease: LeaseID()),
            ])
            #expect(try await balance(billing).posted == 21_000_000)
            #expect(try await billing.budgets.balance(at: after, in: scope)?.posted == 42_000_000)
        }
    }

    @Test("old leases that reserve nothing are removed, and an event on one still posts")
    func sweep() async throws {
        try await withBilling { billing in
            try await setBudget(1_000_000_000, billing)
            let old = Date().addingTimeInterval(-30 * 86_400)
            let done = try #require(try await billing.budgets.grant(request(10), now: old, in: scope)?.lease)
            _ = try await billing.budgets.grant(request(10), now: old, in: scope)
            #expect(try await billing.budgets.close(done, spent: 0, in: scope))
            _ = try await billing.superuser.query(
                "UPDATE billing.leases SET closed_at = closed_at - interval '30 days'")
            #expect(try await billing.budgets.sweep(limit: 100) == 1)
            #expect(try await billing.post([sampleEvent(tenant, lease: done)]) == 1)
            #expect(try await billing.budgets.close(done, spent: 0, in: scope) == false)
        }
    }
}
