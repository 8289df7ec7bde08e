import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import UsageBilling

@Suite("The ledger", .timeLimit(.minutes(5)))
struct UsageLedgerTests {
    /// 100 · 150,000 + 10 · 600,000 pico-dollars.
    static let sampleCost: Int128 = 21_000_000

    @Test("an event is posted once, however often it comes, and every sum knows it once")
    func onceEach() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let events = (0..<50).map { _ in sampleEvent(tenant) }
            #expect(try await billing.post(events) == 50)
            #expect(try await billing.post(events) == 0)
            #expect(try await billing.post(Array(events.prefix(10)) + [sampleEvent(tenant)]) == 1)
            let report = try await billing.costs(tenant)
            #expect(report.total.requests == 51)
            #expect(report.total.promptTokens == 5_100)
            #expect(report.total.cost.picoUSD == 51 * Self.sampleCost)
            #expect(try await billing.eventSum(tenant) == 51 * Self.sampleCost)
            #expect(try await LedgerDrift.measure(in: billing.pool, now: sampleNow) == LedgerDrift())
        }
    }

    @Test("the same batch posted by eight writers at once is posted once")
    func concurrentDuplicates() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let events = (0..<200).map { _ in sampleEvent(tenant) }
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    // Overlapping, not equal.
                    let share = Array(events[(writer * 20)..<(writer * 20 + 60)])
                    group.addTask { try await billing.post(share) }
                }
                return try await group.reduce(0, +)
            }
            #expect(accepted == 200)
            #expect(try await billing.costs(tenant).total.cost.picoUSD == 200 * Self.sampleCost)
            #expect(try await LedgerDrift.measure(in: billing.pool, now: sampleNow) == LedgerDrift())
        }
    }

    @Test("the drift metric sees an event that somebody changed")
    func driftIsSeen() async throws {
        try await withBilling { billing in
            try await billing.post([sampleEvent(TenantID()), sampleEvent(TenantID())])
            _ = try await billing.superuser.query(
                """
                UPDATE billing.usage_events SET cost = cost + 5
                WHERE id = (SELECT id FROM billing.usage_events LIMIT 1)
                """)
            let drift = try await LedgerDrift.measure(in: billing.pool, now: sampleNow)
            #expect(drift.tenants == 1)
            #expect(drift.picoUSD == 5)
        }
    }

    @Test("a report groups by every dimension and its total is the sum of its lines")
    func reports() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let key = APIKeyID()
            let nextDay = sampleNow.addingTimeInterval(86_400)
            try await billing.post([
                sampleEvent(tenant, apiKey: key, user: "a"), sampleEvent(tenant, apiKey: key, user: "b"),
                sampleEvent(tenant, at: nextDay, kind: .embedding, model: "text-embedding-3-small", completion: 0),
                sampleEvent(tenant, kind: .search, model: nil, prompt: 0, completion: 0), sampleEvent(TenantID()),
            ])
            for grouping in UsageGrouping.allCases {
                let report = try await billing.costs(tenant, by: grouping)
                var sum = UsageSum.zero
                for line in report.data { sum += line.sum }
                #expect(sum == report.total)
                #expect(report.total.requests == 4)
                let exact = try await billing.costs(
                    tenant, by: grouping, from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z")
                #expect(exact == report)
            }
            #expect(
                try await billing.costs(tenant, by: .model).data.map(\.group) == [
                    "gpt-4o-mini", "text-embedding-3-small", nil,
                ])
            #expect(try await billing.costs(tenant, by: .day).data.map(\.group) == ["2026-09-16", "2026-09-17"])
            #expect(try await billing.costs(tenant, by: .apiKey).data.first?.group == key.description)
            #expect(try await billing.costs(tenant, by: .model, to: "2026-09-16").total.requests == 3)
        }
    }

    @Test("events are listed newest first, page by page, each once")
    func listing() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            // Several at the same instant, so that the id has to decide.
            let events = (0..<25).map { sampleEvent(tenant, at: sampleNow.addingTimeInterval(Double($0 / 4))) }
            try await billing.post(events)
            let range = try UsageRange(from: nil, to: nil, now: sampleNow, parseTime: WireFormat.date)
            var seen: [UsageEvent] = []
            var cursor: EventCursor?
            repeat {
                let page = try await billing.reports.events(
                    in: range, below: cursor, limit: 7, of: testScope(tenant))
                seen += page.map(\.event)
                cursor = page.count == 7 ? page.last.map { EventCursor(after: $0.event) } : nil
            } while cursor != nil
            #expect(seen == events.sorted { ($1.occurredAt, $1.id) < ($0.occurredAt, $0.id) })
        }
    }

    @Test("an event is billed at the price in force when it happened, also when it comes late")
    func priceVersions() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let late = sampleEvent(tenant, at: Date().addingTimeInterval(-3_600), prompt: 1, completion: 0)
            let price = ModelPrice(model: "gpt-4o-mini", promptPicoUSD: 7, completionPicoUSD: 9, cachedPicoUSD: 7)
            let book = try await billing.prices.publish(PriceUpdate(prices: [price]), by: "operator", now: Date())
            #expect(book.version > 1)
            let fresh = sampleEvent(tenant, at: Date().addingTimeInterval(1), prompt: 1, completion: 0)
            let unknown = sampleEvent(tenant, at: Date().addingTimeInterval(1), model: "new", prompt: 1, completion: 0)
            try await billing.post([late, fresh, unknown])
            let rows = try await billing.superuser.query("SELECT id, cost, price_version FROM billing.usage_events")
            var costs: [UUID: Int64] = [:]
            for row in rows { costs[try row.decode("id")] = try row.decode("cost", as: Int64.self) }
            #expect(costs == [late.id.uuid: 150_000, fresh.id.uuid: 7, unknown.id.uuid: 10_000_000])
            #expect(try await billing.prices.book(at: Date().addingTimeInterval(1)) == book)
            #expect(try await billing.prices.book(at: sampleNow.addingTimeInterval(-86_400 * 365)).version == 1)
        }
    }

    @Test("the service's role cannot change or remove what was posted")
    func immutability() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            try await billing.post([sampleEvent(tenant)])
            let statements: [SQL] = [
                "UPDATE billing.usage_events SET cost = 0", "DELETE FROM billing.usage_events",
                "TRUNCATE billing.usage_events", "UPDATE billing.prices SET prompt = 0",
                "DELETE FROM billing.usage_rollups",
            ]
            for statement in statements {
                let error = await #expect(throws: PostgresError.self) {
                    try await billing.pool.query(statement, in: testScope(tenant))
                }
                #expect(error?.isPrivilegeMissing == true)
            }
        }
    }
}
