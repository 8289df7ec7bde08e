import Contracts
import Foundation

/// What one gateway may still spend for one tenant: the lease in force, the holds on it, and leases that wind down.
///
/// Pure: the caller brings the time and talks to usage-billing. Amounts are pico-dollars. Holds never exceed what was
/// granted, so a budget is not exceeded while providers honour the limits sent to them; what a call really cost is
/// settled whatever it was.
struct SpendingLedger: Sendable {
    /// A claim on money for a call under way. Settled exactly once.
    struct Hold: Sendable, Equatable {
        /// Nil when the tenant had no budget.
        let lease: LeaseID?
        let amount: Int64
    }

    /// What usage-billing said last about the tenant.
    enum Standing: Sendable, Equatable {
        case unknown
        /// No budget, confirmed until then.
        case unlimited(until: Date)
        case leased(Account)
    }

    struct Account: Sendable, Equatable {
        let lease: LeaseID
        let granted: Int64
        let expiresAt: Date
        var held: Int64 = 0
        var spent: Int64 = 0
        var holds = 0
        /// usage-billing was told what is held here and counts no more than that: the holds cannot grow.
        var isDeclared = false

        var free: Int64 { granted - held - spent }
    }

    /// A lease on which nothing is held any more and no hold will be taken.
    struct Closing: Sendable, Equatable {
        let lease: LeaseID
        let spent: Int64
    }

    private(set) var standing = Standing.unknown
    private(set) var retiring: [LeaseID: Account] = [:]
    private var budget: (standing: LeaseGrant.Budget, until: Date)?

    /// For how long after a lease ended what it said of the budget is still worth something.
    static let budgetGrace: TimeInterval = 60
    /// For how long after it was last confirmed "has no budget" is still believed when usage-billing cannot be asked.
    static let unlimitedGrace: TimeInterval = 15 * 60

    /// A hold of `amount`, or nil when a lease has to be asked for first.
    mutating func hold(_ amount: Int64, at now: Date) -> Hold? {
        switch standing {
        case .unlimited(let until) where now < until:
            return Hold(lease: nil, amount: 0)
        case .leased(var account) where now < account.expiresAt && account.free >= amount:
            account.held += amount
            account.holds += 1
            standing = .leased(account)
            return Hold(lease: account.lease, amount: amount)
        case .unknown, .unlimited, .leased:
            return nil
        }
    }

    /// A larger hold for a call under way, in place of `hold`; nil when its lease has no room.
    ///
    /// On the same lease, also when that one takes no new holds any more: until it is closed, all that was granted on it
    /// is reserved.
    mutating func extend(_ hold: Hold, by amount: Int64) -> Hold? {
        guard let lease = hold.lease else { return hold }
        guard amount >= 0 else { return nil }
        if case .leased(var account) = standing, account.lease == lease {
            guard account.extend(by: amount) else { return nil }
            standing = .leased(account)
        } else {
            guard var account = retiring[lease], account.extend(by: amount) else { return nil }
            retiring[lease] = account
        }
        return Hold(lease: lease, amount: hold.amount + amount)
    }

    /// The part of the budget that is used up, as far as is known here: what had been posted when the lease was granted,
    /// and what is spent and held on it since. Nil without a budget, or when nothing was heard of it lately.
    func spentShare(at now: Date) -> Double? {
        guard let budget, now < budget.until, budget.standing.limitPicoUSD > 0 else { return nil }
        var spent = Double(budget.standing.spentPicoUSD)
        if case .leased(let account) = standing { spent += Double(account.spent) + Double(account.held) }
        return spent / Double(budget.standing.limitPicoUSD)
    }

    /// The answer for a call while usage-billing cannot be reached and no lease has room.
    func holdWithoutAuthority(at now: Date) -> Hold? {
        guard case .unlimited(let until) = standing, now < until.addingTimeInterval(Self.unlimitedGrace) else {
            return nil
        }
        return Hold(lease: nil, amount: 0)
    }

    /// Whether a limit has to be sent to the provider for calls of this tenant.
    var isBudgeted: Bool {
        if case .leased = standing { return true }
        return false
    }

    /// Takes a grant into force and retires the lease before it.
    mutating func accept(_ grant: LeaseGrant) {
        retireCurrent()
        budget = grant.budget.map { ($0, grant.expiresAt.addingTimeInterval(Self.budgetGrace)) }
        if let lease = grant.lease {
            standing = .leased(
                Account(lease: lease, granted: grant.grantedPicoUSD ?? 0, expiresAt: grant.expiresAt))
        } else {
            standing = .unlimited(until: grant.expiresAt)
        }
    }

    /// Books what a call cost against the lease its hold was taken on.
    mutating func settle(_ hold: Hold, spent: Int64) {
        guard let lease = hold.lease else { return }
        if case .leased(var account) = standing, account.lease == lease {
            account.settle(hold, spent: spent)
            standing = .leased(account)
        } else if var account = retiring[lease] {
            account.settle(hold, spent: spent)
            retiring[lease] = account
        }
    }

    /// Leases that can be closed now; each is returned once.
    mutating func closings(at now: Date) -> [Closing] {
        if case .leased(let account) = standing, now >= account.expiresAt { retireCurrent() }
        let ready = retiring.values.filter { $0.holds == 0 }
        for account in ready { retiring[account.lease] = nil }
        return ready.map { Closing(lease: $0.lease, spent: $0.spent) }
    }

    /// Takes the lease in force out of use and says what it holds and has spent, so that the rest can be given back now.
    /// It is returned by `closings` once more, with the exact sum, when its holds are settled.
    mutating func retireEarly() -> Closing? {
        guard case .leased(let account) = standing else { return nil }
        retireCurrent()
        retiring[account.lease]?.isDeclared = true
        return Closing(lease: account.lease, spent: account.spent + account.held)
    }

    /// Nothing is lost by forgetting this: no lease, no hold, and no standing that is still believed.
    func isForgettable(at now: Date) -> Bool {
        guard retiring.isEmpty else { return false }
        switch standing {
        case .unknown: return budget.map { now >= $0.until } ?? true
        case .unlimited(let until): return now >= until.addingTimeInterval(Self.unlimitedGrace)
        case .leased: return false
        }
    }

    /// No hold will be taken on the lease in force any more, as when the process ends.
    mutating func retireCurrent() {
        guard case .leased(let account) = standing else { return }
        retiring[account.lease] = account
        standing = .unknown
    }
}

extension SpendingLedger.Account {
    fileprivate mutating func extend(by amount: Int64) -> Bool {
        guard !isDeclared, free >= amount else { return false }
        held += amount
        return true
    }

    fileprivate mutating func settle(_ hold: SpendingLedger.Hold, spent cost: Int64) {
        held -= hold.amount
        holds -= 1
        let sum = spent.addingReportingOverflow(max(cost, 0))
        spent = sum.overflow ? .max : sum.partialValue
    }
}
