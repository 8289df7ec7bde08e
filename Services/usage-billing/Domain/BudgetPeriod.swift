package import Foundation

/// A UTC calendar month: what a monthly budget is for. Half-open, from `start` up to `end`.
package struct BudgetPeriod: Hashable, Comparable, Sendable {
    package let firstDay: UTCDay

    /// The month that contains the instant.
    package init(containing date: Date) {
        self.init(containing: UTCDay(date))
    }

    package init(containing day: UTCDay) {
        firstDay = UTCDay(number: day.number - (day.components.day - 1))
    }

    /// The first day of the next month is within 31 days of the last possible day of this one.
    package var next: BudgetPeriod { BudgetPeriod(containing: UTCDay(number: firstDay.number + 31)) }

    package var start: Date { firstDay.start }
    package var end: Date { next.start }

    package static func < (left: Self, right: Self) -> Bool { left.firstDay < right.firstDay }
}

extension BudgetPeriod: LosslessStringConvertible {
    /// Reads the first day of a month, `YYYY-MM-01`.
    package init?(_ description: String) {
        guard let day = UTCDay(description), day.components.day == 1 else { return nil }
        self.init(containing: day)
    }

    package var description: String { firstDay.description }
}
