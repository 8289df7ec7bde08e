/// What one token of a model costs, in pico-dollars: 1 USD for a million tokens is 1,000,000.
package struct ModelPrice: Codable, Sendable, Equatable {
    package var model: String
    package var promptPicoUSD: Int64
    package var completionPicoUSD: Int64
    package var cachedPicoUSD: Int64

    package init(model: String, promptPicoUSD: Int64, completionPicoUSD: Int64, cachedPicoUSD: Int64) {
        self.model = model
        self.promptPicoUSD = promptPicoUSD
        self.completionPicoUSD = completionPicoUSD
        self.cachedPicoUSD = cachedPicoUSD
    }

    /// What these tokens cost; `cachedTokens` are part of `promptTokens`. Nil when it does not fit 64 bits.
    package func cost(promptTokens: Int64, completionTokens: Int64, cachedTokens: Int64 = 0) -> Int64? {
        let cached = min(max(cachedTokens, 0), promptTokens)
        let parts = [
            (promptTokens - cached).multipliedReportingOverflow(by: promptPicoUSD),
            cached.multipliedReportingOverflow(by: cachedPicoUSD),
            completionTokens.multipliedReportingOverflow(by: completionPicoUSD),
        ]
        var total: Int64 = 0
        for part in parts {
            let sum = total.addingReportingOverflow(part.partialValue)
            guard !part.overflow, !sum.overflow else { return nil }
            total = sum.partialValue
        }
        return total
    }

    enum CodingKeys: String, CodingKey {
        case model
        case promptPicoUSD = "promptPicoUsd"
        case completionPicoUSD = "completionPicoUsd"
        case cachedPicoUSD = "cachedPicoUsd"
    }
}

/// The price book in force, `GET /internal/v1/prices`. Look prices up through ``PriceTable``.
package struct PriceBook: Codable, Sendable, Equatable {
    package var version: Int64
    package var prices: [ModelPrice]
    /// What a model without a price of its own is charged: never nothing, so that no model is free by oversight.
    package var fallback: ModelPrice

    package init(version: Int64, prices: [ModelPrice], fallback: ModelPrice) {
        self.version = version
        self.prices = prices
        self.fallback = fallback
    }
}
