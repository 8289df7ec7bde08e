import Contracts
import Foundation
import Testing

@Suite("Prices of models")
struct ModelPriceTests {
    let price = ModelPrice(model: "m", promptPicoUSD: 150_000, completionPicoUSD: 600_000, cachedPicoUSD: 75_000)

    @Test("prompt, completion and cached tokens each cost their own price")
    func parts() {
        #expect(price.cost(promptTokens: 1_000, completionTokens: 0) == 150_000_000)
        #expect(price.cost(promptTokens: 0, completionTokens: 1_000) == 600_000_000)
        #expect(price.cost(promptTokens: 1_000, completionTokens: 10, cachedTokens: 400) == 126_000_000)
        #expect(price.cost(promptTokens: 0, completionTokens: 0) == 0)
    }

    @Test("cached tokens are never more than the prompt's, nor fewer than none")
    func clamp() {
        #expect(price.cost(promptTokens: 10, completionTokens: 0, cachedTokens: 99) == 750_000)
        #expect(price.cost(promptTokens: 10, completionTokens: 0, cachedTokens: -5) == 1_500_000)
    }

    @Test("any cost is exact to the pico-dollar, or nil where 64 bits are too few")
    func exact() {
        var generator = SystemRandomNumberGenerator()
        func amount(_ bits: Int) -> Int64 { Int64.random(in: 0..<(1 << bits), using: &generator) }
        for _ in 0..<20_000 {
            let price = ModelPrice(
                model: "m", promptPicoUSD: amount(40), completionPicoUSD: amount(40), cachedPicoUSD: amount(40))
            let (prompt, completion) = (amount(26), amount(26))
            let cached = Int64.random(in: 0...prompt, using: &generator)
            let expected =
                Int128(prompt - cached) * Int128(price.promptPicoUSD) + Int128(cached) * Int128(price.cachedPicoUSD)
                + Int128(completion) * Int128(price.completionPicoUSD)
            let cost = price.cost(promptTokens: prompt, completionTokens: completion, cachedTokens: cached)
            #expect(cost == Int64(exactly: expected))
        }
    }

    @Test("the cost of a sum is the sum of the costs")
    func additive() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let (a, b) = (
                Int64.random(in: 0...100_000, using: &generator), Int64.random(in: 0...100_000, using: &generator)
            )
            let whole = price.cost(promptTokens: a + b, completionTokens: a)
            let parts =
                (price.cost(promptTokens: a, completionTokens: a) ?? 0)
                + (price.cost(promptTokens: b, completionTokens: 0) ?? 0)
            #expect(whole == parts)
        }
    }

    @Test("tokens written into the provider's cache and thought tokens have their own price, or that of their whole")
    func kinds() {
        #expect(
            price.cost(promptTokens: 10, completionTokens: 10, cacheWriteTokens: 4, reasoningTokens: 6) == 7_500_000)
        var own = price
        own.cacheWritePicoUSD = 187_500
        own.reasoningPicoUSD = 700_000
        // 3 fresh, 3 cached, 4 written; 4 shown, 6 thought.
        let parts: [Int64] = [3 * 150_000, 3 * 75_000, 4 * 187_500, 4 * 600_000, 6 * 700_000]
        let cost = own.cost(
            promptTokens: 10, completionTokens: 10, cachedTokens: 3, cacheWriteTokens: 4, reasoningTokens: 6)
        #expect(cost == parts.reduce(0, +))
        #expect(own.cost(promptTokens: 2, completionTokens: 0, cachedTokens: 1, cacheWriteTokens: 9) == 262_500)
        #expect(own.cost(promptTokens: 0, completionTokens: 1, reasoningTokens: 9) == 700_000)
    }

    @Test(
        "the batch price is a percentage of the whole event, rounded once, half up",
        arguments: [
            (1, 50, 1), (2, 50, 1), (3, 50, 2), (149, 33, 49), (150, 33, 50), (1, 1, 0), (50, 1, 1), (7, 100, 7),
        ])
    func batch(_ picoUSD: Int64, _ percent: Int64, _ cost: Int64) {
        let price = ModelPrice(
            model: "m", promptPicoUSD: picoUSD, completionPicoUSD: 0, cachedPicoUSD: 0, batchPercent: percent)
        #expect(price.cost(promptTokens: 1, completionTokens: 0, isBatch: true) == cost)
        #expect(price.cost(promptTokens: 1, completionTokens: 0) == picoUSD)
    }

    @Test("no call costs more than the most that is reckoned for its tokens, whatever their kinds")
    func maximum() throws {
        var generator = SystemRandomNumberGenerator()
        func amount() -> Int64 { Int64.random(in: 0..<(1 << 24), using: &generator) }
        for round in 0..<5_000 {
            let price = ModelPrice(
                model: "m", promptPicoUSD: amount(), completionPicoUSD: amount(), cachedPicoUSD: amount(),
                cacheWritePicoUSD: round % 2 == 0 ? amount() : nil, reasoningPicoUSD: round % 3 == 0 ? amount() : nil,
                batchPercent: Int64.random(in: 1...100, using: &generator))
            let (prompt, completion) = (amount(), amount())
            for isBatch in [false, true] {
                let cost = try #require(
                    price.cost(
                        promptTokens: prompt, completionTokens: completion, cachedTokens: amount(),
                        cacheWriteTokens: amount(), reasoningTokens: amount(), isBatch: isBatch))
                let most = try #require(
                    price.maximumCost(promptTokens: prompt, completionTokens: completion, isBatch: isBatch))
                #expect(cost <= most)
            }
        }
        let large = ModelPrice(model: "m", promptPicoUSD: .max, completionPicoUSD: .max, cachedPicoUSD: .max)
        #expect(large.cost(promptTokens: .max, completionTokens: .max, isBatch: true) == nil)
    }

    @Test("a price that says nothing of kinds and batches reads as it always did")
    func earlier() throws {
        let json = #"{"model":"m","prompt_pico_usd":150000,"completion_pico_usd":600000,"cached_pico_usd":75000}"#
        #expect(try WireFormat.decoder().decode(ModelPrice.self, from: Data(json.utf8)) == price)
        var own = price
        own.cacheWritePicoUSD = 1
        own.reasoningPicoUSD = 2
        own.batchPercent = 50
        let encoded = try WireFormat.encoder().encode(own)
        #expect(try WireFormat.decoder().decode(ModelPrice.self, from: encoded) == own)
    }
}
