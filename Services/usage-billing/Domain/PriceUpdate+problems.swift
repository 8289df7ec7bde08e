package import Contracts
package import Foundation

extension PriceUpdate {
    /// More than every vendor's list together.
    package static let maximumPrices = 2_000
    /// 1,000 USD for a million tokens: with ``EventAdmission/maximumTokens`` no cost comes near 64 bits.
    package static let maximumPicoUSD: Int64 = 1_000_000_000

    /// What is wrong with the update, by field; empty when it can come into force.
    ///
    /// A cached token never costs more than a fresh one. A token written into the cache may, and so may a thought one:
    /// ``ModelPrice/maximumCost(promptTokens:completionTokens:isBatch:)`` knows.
    package func problems(now: Date) -> [Problem.FieldError] {
        var problems: [Problem.FieldError] = []
        func report(_ field: String, _ detail: String) { problems.append(.init(field: field, detail: detail)) }
        if prices.count > Self.maximumPrices { report("prices", "more than \(Self.maximumPrices)") }
        var seen: Set<String> = []
        for (index, price) in prices.enumerated() {
            for (field, detail) in Self.problems(of: price, minimum: 0) { report("prices[\(index)].\(field)", detail) }
            if !seen.insert(price.model).inserted { report("prices[\(index)].model", "is there twice") }
        }
        if let fallback {
            for (field, detail) in Self.problems(of: fallback, minimum: 1) { report("fallback.\(field)", detail) }
        }
        if let effectiveFrom, effectiveFrom < now { report("effective_from", "is in the past") }
        return problems
    }

    private static func problems(of price: ModelPrice, minimum: Int64) -> [(String, String)] {
        var problems: [(String, String)] = []
        if !(1...EventAdmission.maximumTextBytes).contains(price.model.utf8.count) || price.model.utf8.contains(0) {
            problems.append(("model", "must be 1 to \(EventAdmission.maximumTextBytes) bytes"))
        }
        let amounts: [(String, Int64?)] = [
            ("prompt_pico_usd", price.promptPicoUSD), ("completion_pico_usd", price.completionPicoUSD),
            ("cached_pico_usd", price.cachedPicoUSD),
            ("cache_write_pico_usd", price.cacheWritePicoUSD),
            ("reasoning_pico_usd", price.reasoningPicoUSD),
        ]
        for case (let field, let amount?) in amounts where !(minimum...maximumPicoUSD).contains(amount) {
            problems.append((field, "must be within \(minimum) and \(maximumPicoUSD)"))
        }
        if price.cachedPicoUSD > price.promptPicoUSD {
            problems.append(("cached_pico_usd", "is above prompt_pico_usd"))
        }
        if !(1...100).contains(price.batchPercent) { problems.append(("batch_percent", "must be within 1 and 100")) }
        return problems
    }
}
