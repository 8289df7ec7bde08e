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
