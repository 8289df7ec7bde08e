package import Foundation

/// How large a slice of a budget one gateway gets, and for how long.
package struct LeaseTerms: Sendable {
    /// The share of what remains that one round of leases to all replicas may take: a quarter, so that a replica that
    /// asks next finds three quarters of it.
    package static let shareDenominator: Int128 = 4

    /// Above this a slice does not grow, in pico-dollars, unless one call needs it: the most that a crashed gateway
    /// keeps from the others until it is back. 5 USD.
    package var maximumSlice: Int64 = 5_000_000_000_000
    /// How long new holds may be taken on a lease. Also how soon a budget that was just set binds a gateway that had
    /// none to obey. One grant and one closing in ten seconds for each tenant at work and gateway are cheap.
    package var lifetime: TimeInterval = 10

    package init() {}

    /// The size of a lease, or nil when the budget cannot cover the need.
    ///
    /// - Parameters:
    ///   - available: limit − posted − Σ outstanding, in pico-dollars; may be negative.
    ///   - need: What the call at hand needs; positive.
    ///   - replicas: How many gateways share the budget, the asking one included; at least 1.
    package func slice(available: Int128, need: Int64, replicas: Int) -> Int64? {
        guard need > 0, Int128(need) <= available else { return nil }
        let share = available / (Self.shareDenominator * Int128(max(1, replicas)))
        let wanted = max(Int128(need), min(share, Int128(maximumSlice)))
        return Int64(clamping: min(wanted, available))
    }

    /// A lease ends with the month it draws on, so that no hold is taken on the budget of a month that is over.
    package func expiry(from now: Date, in period: BudgetPeriod) -> Date {
        min(now.addingTimeInterval(lifetime), period.end)
    }
}
