import Contracts
import ServiceKit
import Synchronization

/// The money of one call: held before it begins, extended while it runs, settled exactly once.
///
/// All of it is always on one lease, that which the call's usage event names. When the lease has no room, a hold for the
/// whole call is taken on another one before the old hold is let go, so at no time is less held than was promised. Near
/// the end of a budget this asks for more than the difference; the answer may then be no although a little is left.
final class CallHold: Sendable {
    /// Where holds come from. In the gateway, `BudgetAuthority`.
    struct Source: Sendable {
        let hold: @Sendable (Int64) async throws -> SpendingLedger.Hold
        let extend: @Sendable (SpendingLedger.Hold, Int64) -> SpendingLedger.Hold?
        let settle: @Sendable (SpendingLedger.Hold, Int64) -> Void
    }

    private struct State {
        var hold: SpendingLedger.Hold
        var isSettled = false
    }

    private let source: Source
    private let state: Mutex<State>

    /// Takes over a hold that was just taken from `source`.
    init(_ hold: SpendingLedger.Hold, from source: Source) {
        self.source = source
        state = Mutex(State(hold: hold))
    }

    /// - Parameter most: How large it may become.
    convenience init(
        _ hold: SpendingLedger.Hold, growingTo most: Int64, as caller: Caller, from budgets: BudgetAuthority
    ) {
        self.init(
            hold,
            from: Source(
                hold: { try await budgets.hold($0, wishing: most, as: caller) },
                extend: { budgets.extend($0, by: $1, of: caller.tenant) },
                settle: { budgets.settle($0, of: caller.tenant, spent: $1) }))
    }

    /// The lease to name in the usage event. It may change with `extend`, not any more once the hold is settled.
    var lease: LeaseID? { state.withLock { $0.hold.lease } }

    /// In pico-dollars; zero for a tenant without a budget.
    var amount: Int64 { state.withLock { $0.hold.amount } }

    /// Whether a budget bounds the call.
    var isBudgeted: Bool { lease != nil }

    /// Holds `amount` pico-dollars more. After `settle` it does nothing. One extension at a time.
    ///
    /// - Throws: 402 when the budget does not have it, 503 when nobody can say. What was held stays held.
    func extend(by amount: Int64) async throws {
        let whole: Int64? = state.withLock { state in
            guard !state.isSettled, state.hold.lease != nil, amount > 0 else { return nil }
            if let larger = source.extend(state.hold, amount) {
                state.hold = larger
                return nil
            }
            let sum = state.hold.amount.addingReportingOverflow(amount)
            return sum.overflow ? .max : sum.partialValue
        }
        guard let whole else { return }
        let fresh = try await source.hold(whole)
        let surplus = state.withLock { state in
            guard !state.isSettled else { return fresh }
            defer { state.hold = fresh }
            return state.hold
        }
        source.settle(surplus, 0)
    }

    /// Books what the call cost, and lets the rest go. Later calls do nothing.
    ///
    /// - Parameter spent: In pico-dollars; nil for all that is held, when the cost is not known.
    /// - Returns: The lease to name in the usage event.
    @discardableResult
    func settle(spent: Int64?) -> LeaseID? {
        let (hold, isFirst) = state.withLock { state in
            defer { state.isSettled = true }
            return (state.hold, !state.isSettled)
        }
        if isFirst { source.settle(hold, spent ?? hold.amount) }
        return hold.lease
    }

    // A call whose end nobody reported is taken to have cost all that was held.
    deinit { settle(spent: nil) }
}
