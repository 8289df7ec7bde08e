import Contracts
import Foundation
import Testing

@testable import UsageBilling

@Suite("The range of a report")
struct UsageRangeTests {
    func range(_ from: String?, _ to: String?) throws(UsageRange.Problem) -> UsageRange {
        try UsageRange(from: from, to: to, now: sampleNow, parseTime: WireFormat.date)
    }

    @Test("two days are both included; nothing means this month so far")
    func days() throws {
        let range = try range("2026-09-01", "2026-09-02")
        #expect(range.start == WireFormat.date("2026-09-01T00:00:00Z"))
        #expect(range.end == WireFormat.date("2026-09-03T00:00:00Z"))
        #expect(try self.range(nil, nil) == self.range("2026-09-01", "2026-09-16"))
    }

    @Test("a time is exact, and ends the range before itself")
    func instants() throws {
        let range = try range("2026-09-01T10:00:00Z", "2026-09-01T11:00:00.500Z")
        #expect(range.end.timeIntervalSince(range.start) == 3_600.5)
        #expect(try self.range("2026-09-01T10:00:00Z", "2026-09-01").end == WireFormat.date("2026-09-02T00:00:00Z"))
    }

    @Test("what is no range is refused by its field")
    func problems() {
        #expect(throws: UsageRange.Problem.self) { try range("yesterday", nil) }
        #expect(throws: UsageRange.Problem.self) { try range(nil, "2026-02-30") }
        #expect(throws: UsageRange.Problem.self) { try range("2026-09-02", "2026-09-01") }
        #expect(throws: UsageRange.Problem.self) { try range("2020-01-01", "2026-09-01") }
        #expect(throws: UsageRange.Problem.self) { try range("2026-09-01T10:00:00Z", "2026-09-01T10:00:00Z") }
    }
}
