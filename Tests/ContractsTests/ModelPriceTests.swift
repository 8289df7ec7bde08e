import Contracts
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
}
