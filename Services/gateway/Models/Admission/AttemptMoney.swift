import Contracts

/// The money of one attempt: all that it may cost, held before it begins, or a hold that grows with its stream.
enum AttemptMoney: Sendable {
    case whole(SpendingLedger.Hold)
    case growing(GrowingHold)

    /// The lease that it is on now; nil for a tenant without a budget.
    var lease: LeaseID? {
        switch self {
        case .whole(let hold): hold.lease
        case .growing(let growing): growing.hold.lease
        }
    }

    /// Whether a budget bounds the attempt.
    var isBudgeted: Bool { lease != nil }

    /// Books what the attempt cost. Once.
    ///
    /// - Parameter spent: In pico-dollars; nil for all that is held, when the cost is not known.
    /// - Returns: The lease to name in the usage event.
    func settle(spent: Int64?, of tenant: TenantID, in budgets: BudgetAuthority) -> LeaseID? {
        switch self {
        case .whole(let hold):
            budgets.settle(hold, of: tenant, spent: spent ?? hold.amount)
            return hold.lease
        case .growing(let growing): return growing.hold.settle(spent: spent)
        }
    }
}

/// A hold that grows with a stream, with what is needed to reckon its steps.
final class GrowingHold: Sendable {
    let hold: CallHold
    /// As it is before anything has come.
    let allowance: StreamAllowance
    let price: ModelPrice
    /// Whether the stream is cut off when the budget ends.
    let isStrict: Bool

    init(_ hold: CallHold, _ terms: GrowingTerms) {
        self.hold = hold
        allowance = terms.allowance
        price = terms.price
        isStrict = terms.isStrict
    }
}

/// How the hold of an attempt would grow.
struct GrowingTerms: Sendable {
    let allowance: StreamAllowance
    let price: ModelPrice
    let isStrict: Bool
    /// What is held at first, in pico-dollars.
    let initial: Int64
    /// What is held in the end, if the answer is as long as its limit.
    let most: Int64

    /// Nil when all of the limit is to be held at once: the default, whole answers, models without a price, and limits
    /// that are no larger than the first step. With a strict budget also models that think unseen, as far as the
    /// catalogue says so: what cannot be counted on its way must have been held before.
    init?(_ attempt: CallAttempt) {
        // First what lets nearly every call go at once. The settings are large and are not to be copied.
        let call = attempt.call
        guard call.streams, let tokens = call.profile.settings.limits.streamHoldTokens,
            let price = attempt.target.price
        else { return nil }
        let thinks = attempt.target.catalogue?.capabilities.contains(.reasoning) ?? false
        isStrict = call.profile.settings.strictBudget
        guard !(isStrict && thinks) else { return nil }
        let budget = attempt.budget
        allowance = StreamAllowance(limit: budget.completionTokens, initial: tokens)
        guard !allowance.isWhole else { return nil }
        initial =
            price.maximumCost(promptTokens: budget.promptTokens, completionTokens: allowance.covered) ?? .max
        most = budget.cost(at: price)
        self.price = price
    }
}
