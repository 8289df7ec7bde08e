/// Where a tenant's budget stands in one month, in pico-dollars.
package struct BudgetBalance: Sendable, Equatable {
    package var limit: Int128
    /// Σ cost of the events posted to the month.
    package var posted: Int128
    /// Σ outstanding of the month's leases.
    package var outstanding: Int128

    package init(limit: Int128, posted: Int128, outstanding: Int128) {
        self.limit = limit
        self.posted = posted
        self.outstanding = outstanding
    }

    /// What a lease can still take. Negative after the limit was lowered below what is spent.
    package var available: Int128 { limit - posted - outstanding }
}
