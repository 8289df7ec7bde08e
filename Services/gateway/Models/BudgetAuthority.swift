import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization

/// Decides, for every call, whether its money is there: from leases in memory, and from usage-billing when they end.
///
/// When usage-billing cannot be reached, leases in force go on until they are used up or expire; then a tenant with a
/// budget is refused with 503, and one last known to have none is let through for `SpendingLedger.unlimitedGrace`.
final class BudgetAuthority: Sendable {
    /// How often one call asks again when others used up what it had asked for.
    private static let maximumAttempts = 8
    /// Closings that wait for usage-billing; one that is dropped stays reserved until the next reconciliation.
    private static let maximumClosings = 10_000

    private struct State {
        var ledgers: [TenantID: SpendingLedger] = [:]
        var unsent: [(tenant: TenantID, closing: SpendingLedger.Closing)] = []
        /// Leases of this run, until those of earlier runs are reconciled.
        var acquired: [LeaseID]? = []
    }

    private let billing: BillingClient
    private let logger: Logger
    private let state = Mutex(State())
    private let asking = SingleFlight<TenantID, Int64>()
    private let reconciling = AsyncGate()

    init(billing: BillingClient, logger: Logger) {
        self.billing = billing
        self.logger = logger
    }

    /// Claims `amount` pico-dollars. Every hold must be settled, exactly once.
    ///
    /// - Parameter wished: How much the hold may grow to. When a lease has to be asked for, one with room for that much
    ///   is asked for first, then smaller ones down to `amount`: growing on one lease needs no second hold.
    /// - Throws: 402 when the budget does not have `amount`, 503 when nobody can say.
    nonisolated(nonsending) func hold(
        _ amount: Int64, wishing wished: Int64 = 0, as caller: Caller
    ) async throws -> SpendingLedger.Hold {
        var need = max(amount, wished)
        for attempt in 1...Self.maximumAttempts {
            if let hold = tryHold(amount, caller.tenant) { return hold }
            let asked = need
            do {
                _ = try await asking.run(caller.tenant) {
                    try await self.ask(asked, as: caller)
                    return asked
                }
            } catch let error as LeaseRefusal {
                // Somebody who needed more was refused; what this call needs may still be there.
                if error.need <= amount { throw error.error }
                need = attempt < Self.maximumAttempts / 2 ? max(amount, min(asked, error.need) / 2) : amount
            } catch {
                if let hold = holdWithoutAuthority(caller.tenant) { return hold }
                throw APIError.unavailable(
                    "the budget cannot be checked now", internalReason: "no lease", underlying: error)
            }
        }
        throw APIError.unavailable("too many calls want the rest of the budget at once")
    }

    /// A larger hold for a call under way, on the lease it has, in place of `hold`; nil when there is no room. See
    /// `CallHold`, which finds room elsewhere.
    func extend(_ hold: SpendingLedger.Hold, by amount: Int64, of tenant: TenantID) -> SpendingLedger.Hold? {
        guard hold.lease != nil else { return hold }
        return state.withLock { $0.ledgers[tenant]?.extend(hold, by: amount) ?? nil }
    }

    /// The part of its budget that the tenant has used up, 0 to 1 and a little more; nil when it has none, or none that
    /// is known here. For deciding about cheaper models, not about admission: it lags by seconds.
    func share(spentOf tenant: TenantID) -> Double? {
        state.withLock { $0.ledgers[tenant]?.spentShare(at: Date()) ?? nil }
    }

    func settle(_ hold: SpendingLedger.Hold, of tenant: TenantID, spent: Int64) {
        guard hold.lease != nil else { return }
        state.withLock { $0.ledgers[tenant]?.settle(hold, spent: spent) }
    }

    /// Closes what has expired, tells usage-billing about it, and reconciles the leases of earlier runs once
    /// `earlierRunsAreShipped`. When the process ends in good order all leases are closed.
    func run(earlierRunsAreShipped: @Sendable () throws -> Bool) async throws {
        while !Task.isCancelled {
            if try needsReconciliation && earlierRunsAreShipped() { await reconcile() }
            collectClosings()
            await sendClosings()
            try? await Task.sleep(for: .seconds(1))
        }
        // A task of its own: in this one, which is cancelled, no call would be made.
        await Task.detached { await self.closeAll() }.value
    }

    private func closeAll() async {
        state.withLock { state in
            for tenant in state.ledgers.keys { state.ledgers[tenant]?.retireCurrent() }
        }
        collectClosings()
        await sendClosings()
    }

    // MARK: Holds

    private func tryHold(_ amount: Int64, _ tenant: TenantID) -> SpendingLedger.Hold? {
        state.withLock { $0.ledgers[tenant]?.hold(amount, at: Date()) }
    }

    private func holdWithoutAuthority(_ tenant: TenantID) -> SpendingLedger.Hold? {
        state.withLock { $0.ledgers[tenant]?.holdWithoutAuthority(at: Date()) }
    }

    // MARK: Leases

    /// A refusal, with what was asked for: it says nothing about a smaller need.
    private struct LeaseRefusal: Error {
        let need: Int64
        let error: APIError
    }

    private func ask(_ amount: Int64, as caller: Caller) async throws {
        // Known before it exists: a reconciliation that is sent from now on keeps it.
        let lease = LeaseID()
        state.withLock { $0.acquired?.append(lease) }
        await reconciling.pass()
        try await returnRemainder(caller.tenant)
        let grant: LeaseGrant
        do {
            grant = try await billing.lease(lease, need: amount, as: caller)
        } catch let error as APIError where error.code == .budgetExhausted {
            throw LeaseRefusal(need: amount, error: error)
        }
        state.withLock { $0.ledgers[caller.tenant, default: SpendingLedger()].accept(grant) }
    }

    /// Gives back what is free on a lease that is too small, before asking for a larger one: else the budget could be
    /// refused for money that lies here. Calls under way count as spent until they settle.
    private func returnRemainder(_ tenant: TenantID) async throws {
        let closing = state.withLock { $0.ledgers[tenant]?.retireEarly() ?? nil }
        if let closing { try await billing.close(closing, tenant: tenant) }
    }

    private func collectClosings() {
        let now = Date()
        state.withLock { state in
            for (tenant, var ledger) in state.ledgers {
                let closings = ledger.closings(at: now)
                state.ledgers[tenant] = ledger.isForgettable(at: now) ? nil : ledger
                let room = max(0, Self.maximumClosings - state.unsent.count)
                state.unsent += closings.prefix(room).map { (tenant, $0) }
            }
        }
    }

    private func sendClosings() async {
        let unsent = state.withLock { state in
            defer { state.unsent = [] }
            return state.unsent
        }
        for (index, item) in unsent.enumerated() {
            do {
                try await billing.close(item.closing, tenant: item.tenant)
            } catch let error as APIError where error.code == .notFound {
                logger.warning("usage-billing does not know a lease", metadata: ["lease": "\(item.closing.lease)"])
            } catch {
                logger.warning("leases not closed yet", metadata: ["error": "\(error)"])
                state.withLock { $0.unsent += unsent[index...] }
                return
            }
        }
    }

    // MARK: Earlier runs

    private var needsReconciliation: Bool { state.withLock { $0.acquired != nil } }

    private func reconcile() async {
        await reconciling.close()
        do {
            try await billing.reconcile(keeping: state.withLock { $0.acquired ?? [] })
            state.withLock { $0.acquired = nil }
        } catch {
            logger.warning("leases of earlier runs not reconciled", metadata: ["error": "\(error)"])
        }
        await reconciling.open()
    }
}
