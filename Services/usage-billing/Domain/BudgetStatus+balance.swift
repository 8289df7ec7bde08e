package import Contracts
package import Foundation

extension BudgetStatus {
    /// A balance as it is shown, in the month of `date`.
    package init(_ balance: BudgetBalance, at date: Date) {
        let period = BudgetPeriod(containing: date)
        self.init(
            interval: "monthly", periodStart: period.start, periodEnd: period.end,
            limit: Money(picoUSD: balance.limit), spent: Money(picoUSD: balance.posted),
            reserved: Money(picoUSD: balance.outstanding), available: Money(picoUSD: max(0, balance.available)))
    }
}
