import Contracts
import Foundation
import Support

@testable import UsageBilling

/// A gateway as the budget sees it: holds a lease, admits calls on it, journals their events, ships the journal in
/// batches whose answers may be lost, and can crash at any moment. The journal survives; everything else does not.
struct SimulatedGateway {
    let replica: String
    let tenant: TenantID
    let billing: BillingFixture
    /// What every call of this gateway cost, for the test to compare with.
    private(set) var spent: Int128 = 0
    private(set) var journaled: [UsageEvent] = []

    private var lease: (id: LeaseID, granted: Int64, spent: Int64, expiresAt: Date)?
    /// Events that are not acknowledged yet.
    private var journal: [UsageEvent] = []
    private var isDown = false

    init(replica: String, tenant: TenantID, billing: BillingFixture) {
        self.replica = replica
        self.tenant = tenant
        self.billing = billing
    }

    private static let promptPrice: Int64 = 150_000
    private static let completionPrice: Int64 = 600_000

    /// One thing that can happen to a gateway, by chance.
    mutating func step(at now: Date, using generator: inout SeededGenerator) async throws {
        if isDown { return try await restart() }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<55: try await call(at: now, using: &generator)
        case 55..<80: try await ship(using: &generator)
        case 80..<88: try await closeLease()
        case 88..<93: isDown = true; lease = nil
        default: try await wasteALease(at: now, using: &generator)
        }
    }

    /// A call whose worst case is held before it starts; what it costs in the end is at most that.
    private mutating func call(at now: Date, using generator: inout SeededGenerator) async throws {
        let prompt = Int64.random(in: 1...400, using: &generator)
        let maximum = Int64.random(in: 1...100, using: &generator)
        let need = prompt * Self.promptPrice + maximum * Self.completionPrice
        if !holds(need, at: now) {
            try await closeLease()
            try await askForLease(need, at: now)
        }
        guard holds(need, at: now), var account = lease else { return }
        let completion = Int64.random(in: 0...maximum, using: &generator)
        let cost = prompt * Self.promptPrice + completion * Self.completionPrice
        account.spent += cost
        lease = account
        let event = sampleEvent(tenant, at: now, prompt: prompt, completion: completion, lease: account.id)
        journal.append(event)
        journaled.append(event)
        spent += Int128(cost)
    }

    private func holds(_ need: Int64, at now: Date) -> Bool {
        guard let lease else { return false }
        return now < lease.expiresAt && lease.granted - lease.spent >= need
    }

    private mutating func askForLease(_ need: Int64, at now: Date) async throws {
        let grant = try await billing.budgets.grant(
            LeaseRequest(tenant: tenant, replica: replica, needPicoUSD: need, lease: LeaseID()), now: now,
            in: testScope(tenant))
        guard let grant, let id = grant.lease, let granted = grant.grantedPicoUSD else { return }
        lease = (id, granted, 0, grant.expiresAt)
    }

    /// The answer to a request for a lease is lost on the way; nobody knows of the lease.
    private func wasteALease(at now: Date, using generator: inout SeededGenerator) async throws {
        _ = try await billing.budgets.grant(
            LeaseRequest(
                tenant: tenant, replica: replica, needPicoUSD: Int64.random(in: 1...50_000_000, using: &generator)),
            now: now, in: testScope(tenant))
    }

    private mutating func closeLease() async throws {
        guard let closing = lease else { return }
        lease = nil
        _ = try await billing.budgets.close(closing.id, spent: closing.spent, in: testScope(tenant))
    }

    /// A batch from the journal. Its acknowledgement is lost half of the time; then it is sent again later.
    private mutating func ship(using generator: inout SeededGenerator) async throws {
        guard !journal.isEmpty else { return }
        let batch = Array(journal.shuffled(using: &generator).prefix(Int.random(in: 1...20, using: &generator)))
        try await billing.post(batch)
        guard Bool.random(using: &generator) else { return }
        let ids = Set(batch.map(\.id))
        journal.removeAll { ids.contains($0.id) }
    }

    /// Drains the journal, and only then lets go of what the crash left behind.
    mutating func restart() async throws {
        try await billing.post(journal)
        journal = []
        _ = try await billing.budgets.reconcile(replica, keeping: lease.map { [$0.id] } ?? [])
        isDown = false
    }
}
