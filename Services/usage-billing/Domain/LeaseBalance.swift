/// What a lease still keeps from the rest of the budget. The database computes the same in `billing.leases.outstanding`.
package enum LeaseBalance: Sendable, Equatable {
    /// Holds may be taken, or the gateway that held it is gone and has not said what it spent.
    case open
    /// The gateway said what it spent; the events that spent it may still be on their way.
    case closed(declared: Int64)
    /// Everything the gateway journaled has been posted.
    case reconciled

    /// In pico-dollars, never negative: an overdraft is in what was posted already.
    package func outstanding(granted: Int64, posted: Int128) -> Int128 {
        switch self {
        case .open: max(0, Int128(granted) - posted)
        case .closed(let declared): max(0, Int128(declared) - posted)
        case .reconciled: 0
        }
    }
}
