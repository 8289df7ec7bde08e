import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import UsageBilling

@Suite("Kinds of tokens in the ledger", .timeLimit(.minutes(5)))
struct TokenKindTests {
    static let price = ModelPrice(
        model: "gpt-4o-mini", promptPicoUSD: 101, completionPicoUSD: 1_000, cachedPicoUSD: 10,
        cacheWritePicoUSD: 200, reasoningPicoUSD: 3_000, batchPercent: 50)

    /// After the price above came into force.
    private func event(_ tenant: TenantID, _ change: (inout UsageEvent) -> Void = { _ in }) -> UsageEvent {
        var event = sampleEvent(tenant, at: Date().addingTimeInterval(1), prompt: 11, completion: 3)
        change(&event)
        return event
    }

    @Test("an event is billed by the kinds of its tokens, and half of it, rounded half up, when it was in a batch")
    func billing() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let book = try await billing.prices.publish(
                PriceUpdate(prices: [Self.price], fallback: Self.price), by: "operator", now: Date())
            #expect(book.prices == [Self.price])
            #expect(try await billing.prices.book(at: Date().addingTimeInterval(1)).prices == [Self.price])
            let kinds: (inout UsageEvent) -> Void = {
                ($0.cachedTokens, $0.cacheWriteTokens, $0.reasoningTokens) = (4, 2, 1)
            }
            let plain = event(tenant, kinds)
            let batch = event(tenant) {
                kinds(&$0)
                $0.isBatch = true
            }
            try await billing.post([plain, batch])
            // 5 · 101 + 4 · 10 + 2 · 200 + 2 · 1,000 + 1 · 3,000
            let whole: Int128 = 5_945
            let report = try await billing.costs(tenant, to: "2027-12-31")
            #expect(report.total.cost.picoUSD == whole + 2_973)
            #expect(report.total.cacheWriteTokens == 4)
            #expect(report.total.reasoningTokens == 2)
            #expect(try await billing.eventSum(tenant) == whole + 2_973)
            #expect(try await LedgerDrift.measure(in: billing.pool, now: Date()) == LedgerDrift())
        }
    }

    @Test("an answer from our own cache costs nothing and shows what it saved")
    func savings() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let hit = event(tenant) {
                ($0.promptTokens, $0.completionTokens, $0.savedPicoUSD) = (0, 0, 4_200)
            }
            try await billing.post([hit])
            try await billing.post([hit])
            for grouping in [UsageGrouping.model, .user] {
                let report = try await billing.costs(tenant, by: grouping, to: "2027-12-31")
                #expect(report.total.cost == .zero)
                #expect(report.total.saved == Money(picoUSD: 4_200))
                #expect(report.total.requests == 1)
                #expect(report.data.first?.sum == report.total)
            }
        }
    }

    @Test("costs are shown by agent, ticket and workflow, and an event comes back with its labels")
    func labels() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let labelled = event(tenant) {
                ($0.agent, $0.ticket, $0.workflow) = ("resolver", "INC-7", "triage")
                ($0.cacheWriteTokens, $0.reasoningTokens, $0.isBatch, $0.savedPicoUSD) = (1, 1, true, 9)
                $0.occurredAt = sampleNow
            }
            try await billing.post([labelled, sampleEvent(tenant)])
            let expected: [(UsageGrouping, String)] = [(.agent, "resolver"), (.ticket, "INC-7"), (.workflow, "triage")]
            for (grouping, label) in expected {
                let report = try await billing.costs(tenant, by: grouping)
                #expect(Set(report.data.map(\.group)) == [label, nil])
                #expect(report.data.first { $0.group == label }?.sum.promptTokens == 11)
                let json = try WireFormat.encoder().encode(report)
                #expect(try WireFormat.decoder().decode(UsageCostReport.self, from: json) == report)
            }
            let range = try UsageRange(from: nil, to: nil, now: sampleNow, parseTime: WireFormat.date)
            let events = try await billing.reports.events(in: range, below: nil, limit: 10, of: testScope(tenant))
            #expect(events.map(\.event).contains(labelled))
        }
    }

    @Test("an event from a journal that knows no kinds is posted as before")
    func earlierJournals() async throws {
        try await withBilling { billing in
            let tenant = TenantID()
            let json = """
                {"id":"\(UsageRecordID())","tenant":"\(tenant)","kind":"chat","occurred_at":"2026-09-16T12:00:00.000Z",
                "request_id":"r","attempt":1,"model":"gpt-4o-mini","provider":"openai","prompt_tokens":100,
                "completion_tokens":10,"cached_tokens":0,"is_exact":true,"user":"u"}
                """
            let event = try WireFormat.decoder().decode(UsageEvent.self, from: Data(json.utf8))
            #expect(EventAdmission(now: sampleNow).refusal(of: event) == nil)
            #expect(event.cacheWriteTokens == 0 && event.reasoningTokens == 0 && !event.isBatch)
            #expect(event.agent == nil && event.savedPicoUSD == 0)
            try await billing.post([event])
            #expect(try await billing.costs(tenant).total.cost.picoUSD == UsageLedgerTests.sampleCost)
        }
    }

    @Test("the second price book knows batches and cache writes; it gives way to an operator's book")
    func seeds() async throws {
        try await withBilling { billing in
            let book = PriceTable(try await billing.prices.book(at: Date()))
            #expect(book.version == 2)
            let claude = book.price(for: "claude-sonnet-4-5-20250929")
            #expect(claude.cacheWritePicoUSD == 3_750_000)
            #expect(claude.batchPercent == 50)
            #expect(book.price(for: "deepseek-chat").batchPercent == 100)
            #expect(book.fallback.batchPercent == 100)
        }
    }

    @Test("the migration does not overrule an operator's price book")
    func operatorsBook() async throws {
        try await withTestDatabase { database in
            func migrate(_ migrations: [Migration]) async throws {
                try await MigrationRunner(
                    url: database.url(role: "billing_migrator"), schema: "billing", migrations: migrations,
                    logger: .quiet
                ).up()
            }
            try await migrate(Array(BillingMigrations.all.prefix(2)))
            let superuser = try database.makePool()
            _ = try await superuser.query(
                """
                INSERT INTO billing.price_versions
                    (effective_from, created_by, fallback_prompt, fallback_completion, fallback_cached)
                VALUES (now(), 'operator', 7, 7, 7)
                """)
            try await migrate(BillingMigrations.all)
            let book = try await PriceBooks(pool: superuser).book(at: Date().addingTimeInterval(1))
            #expect(book.fallback.promptPicoUSD == 7)
            #expect(book.fallback.batchPercent == 100)
            await superuser.shutDown()
        }
    }
}
