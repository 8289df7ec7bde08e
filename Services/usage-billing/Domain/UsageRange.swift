package import Foundation

/// From when to when a report looks.
package enum UsageRange: Sendable, Equatable {
    /// Whole UTC days, both included.
    case days(first: UTCDay, last: UTCDay)
    /// From an instant up to, not including, another.
    case instants(from: Date, to: Date)

    /// Three years and a leap day: the longest report that is answered.
    package static let maximumDays: Double = 1_096

    package struct Problem: Error, Equatable {
        package let field: String
        package let detail: String
    }

    /// Reads `from` and `to` of a query, each `YYYY-MM-DD` or an RFC 3339 time. Left out, they are the first day of
    /// this month and today. With two days both are included; a time ends the range just before it.
    package init(
        from: String?, to: String?, now: Date, parseTime: (String) -> Date?
    ) throws(Problem) {
        let first = try Self.bound(from, "from", parseTime) ?? .day(BudgetPeriod(containing: now).firstDay)
        let last = try Self.bound(to, "to", parseTime) ?? .day(UTCDay(now))
        switch (first, last) {
        case (.day(let first), .day(let last)): self = .days(first: first, last: last)
        default: self = .instants(from: first.start, to: last.end)
        }
        guard start < end else { throw Problem(field: "to", detail: "is not after from") }
        guard end.timeIntervalSince(start) <= Self.maximumDays * UTCDay.secondsPerDay else {
            throw Problem(field: "from", detail: "is more than \(Int(Self.maximumDays)) days before to")
        }
    }

    package var start: Date {
        switch self {
        case .days(let first, _): first.start
        case .instants(let from, _): from
        }
    }

    /// The first instant that is no longer in the range.
    package var end: Date {
        switch self {
        case .days(_, let last): last.next.start
        case .instants(_, let to): to
        }
    }

    private enum Bound {
        case day(UTCDay)
        case instant(Date)

        var start: Date {
            switch self {
            case .day(let day): day.start
            case .instant(let date): date
            }
        }

        var end: Date {
            switch self {
            case .day(let day): day.next.start
            case .instant(let date): date
            }
        }
    }

    private static func bound(
        _ text: String?, _ field: String, _ parseTime: (String) -> Date?
    ) throws(Problem) -> Bound? {
        guard let text else { return nil }
        if let day = UTCDay(text) { return .day(day) }
        if let date = parseTime(text), (0...253_402_300_799).contains(date.timeIntervalSince1970) {
            return .instant(date)
        }
        throw Problem(field: field, detail: "must be a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z")
    }
}
