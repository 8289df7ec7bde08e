import Contracts
import Foundation
import Testing

@testable import UsageBilling

@Suite("Prices")
struct PricingTests {
    static func price(_ model: String, _ prompt: Int64) -> ModelPrice {
        ModelPrice(model: model, promptPicoUSD: prompt, completionPicoUSD: prompt * 4, cachedPicoUSD: prompt / 2)
    }

    let table = PriceTable(
        PriceBook(
            version: 3, prices: [price("gpt-4o", 2_500_000), price("claude-sonnet-4", 3_000_000)],
            fallback: price("*", 10_000_000)))

    @Test(
        "a model is found by its name, without a vendor's prefix and without the date at its end",
        arguments: [
            ("gpt-4o", "gpt-4o"), ("openai/gpt-4o", "gpt-4o"), ("gpt-4o-2024-08-06", "gpt-4o"),
            ("openai/gpt-4o-2024-08-06", "gpt-4o"), ("claude-sonnet-4-20250514", "claude-sonnet-4"),
            ("claude-sonnet-4-latest", "claude-sonnet-4"), ("gpt-4o-mini", "*"), ("gpt", "*"), ("", "*"), ("-", "*"),
            ("20250514", "*"), ("latest", "*"), ("/", "*"),
        ])
    func lookup(_ model: String, _ found: String) {
        #expect(table.price(for: model).model == found)
    }

    @Test("an event costs its tokens at their prices, cached ones at theirs, and nothing without a model")
    func cost() {
        var event = sampleEvent(TenantID(), model: "gpt-4o", prompt: 1_000, completion: 100, cached: 400)
        // 600 fresh at 2,500,000, 400 cached at 1,250,000, 100 written at 10,000,000.
        #expect(table.cost(of: event) == 3_000_000_000)
        event.model = nil
        #expect(table.cost(of: event) == 0)
    }

    @Test("the largest event at the largest price fits 64 bits")
    func largest() {
        let most = PriceUpdate.maximumPicoUSD
        let price = ModelPrice(model: "m", promptPicoUSD: most, completionPicoUSD: most, cachedPicoUSD: most)
        let tokens = EventAdmission.maximumTokens
        #expect(price.cost(promptTokens: tokens, completionTokens: tokens, cachedTokens: tokens) != nil)
    }

    @Test("an event is billed by the version in force when it happened")
    func history() throws {
        func version(_ number: Int64, _ seconds: TimeInterval) -> PriceHistory.Version {
            .init(
                effectiveFrom: Date(timeIntervalSince1970: seconds),
                table: PriceTable(PriceBook(version: number, prices: [], fallback: Self.price("*", number))))
        }
        let history = try #require(PriceHistory([version(2, 200), version(1, 0), version(3, 300)]))
        func inForce(_ seconds: TimeInterval) -> Int64 {
            history.table(at: Date(timeIntervalSince1970: seconds)).version
        }
        #expect([-1, 0, 199.999, 200, 299, 300, 1e9].map(inForce) == [1, 1, 1, 2, 2, 3, 3])
        #expect(PriceHistory([]) == nil)
    }

    @Test("a book that would make a model free by oversight, or cost less cached than billed, is refused by field")
    func problems() {
        var update = PriceUpdate(prices: [Self.price("a", 10), Self.price("a", 10)], fallback: Self.price("*", 10))
        update.fallback?.promptPicoUSD = 0
        update.prices[0].cachedPicoUSD = 11
        update.prices[1].completionPicoUSD = -1
        update.prices[1].batchPercent = 101
        update.prices[1].cacheWritePicoUSD = -1
        update.fallback?.reasoningPicoUSD = 0
        update.effectiveFrom = sampleNow.addingTimeInterval(-1)
        let fields = Set(update.problems(now: sampleNow).map(\.field))
        #expect(
            fields == [
                "prices[0].cached_pico_usd", "prices[1].completion_pico_usd", "prices[1].model",
                "fallback.prompt_pico_usd", "fallback.cached_pico_usd", "effective_from", "prices[1].batch_percent",
                "prices[1].cache_write_pico_usd", "fallback.reasoning_pico_usd",
            ])
        #expect(PriceUpdate(prices: [Self.price("free", 0)]).problems(now: sampleNow).isEmpty)
    }
}
