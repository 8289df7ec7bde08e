import Foundation
import Testing

@testable import UsageBilling

@Suite("Days and months in UTC")
struct CalendarTests {
    @Test("a day is the one that the calendar of the system says, from 1970 to 2100")
    func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for number in stride(from: 0, to: 47_500, by: 13) {
            let day = UTCDay(number: number)
            let parts = calendar.dateComponents([.year, .month, .day], from: day.start)
            let (year, month, dayOfMonth) = day.components
            #expect(parts.year == year && parts.month == month && parts.day == dayOfMonth)
            #expect(UTCDay(year: year, month: month, day: dayOfMonth) == day)
            #expect(UTCDay(day.description) == day)
            let interval = try #require(calendar.dateInterval(of: .month, for: day.start))
            let period = BudgetPeriod(containing: day)
            #expect(period.start == interval.start && period.end == interval.end)
        }
    }

    @Test("the last millisecond belongs to the day before, the first instant to the day")
    func boundaries() {
        let midnight = UTCDay(number: 20_000).start
        #expect(UTCDay(midnight).number == 20_000)
        #expect(UTCDay(midnight.addingTimeInterval(-0.001)).number == 19_999)
    }

    @Test(
        "what is no day is not read",
        arguments: ["", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-32", "20260101", "2026-01-01Z"])
    func invalid(_ text: String) {
        #expect(UTCDay(text) == nil)
    }

    @Test("a period is written as its first day, and only a first day is one")
    func periods() {
        #expect(BudgetPeriod("2026-02-01")?.next.description == "2026-03-01")
        #expect(BudgetPeriod("2026-12-01")?.next.description == "2027-01-01")
        #expect(BudgetPeriod("2026-02-02") == nil)
    }
}
