/// A price book made ready for looking up: the one rule, for the gateway's holds and for the ledger, that says which
/// price a model has.
///
/// A model is sought by its exact name; then without a vendor's prefix (`openai/gpt-4o`); then, both ways, without the
/// date or `latest` at its end (`gpt-4o-2024-08-06`, `claude-sonnet-4-20250514`). What is not found has the fallback
/// price.
package struct PriceTable: Sendable {
    package let version: Int64
    package let fallback: ModelPrice
    private let prices: [String: ModelPrice]

    package init(_ book: PriceBook) {
        version = book.version
        fallback = book.fallback
        prices = Dictionary(book.prices.map { ($0.model, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func price(for model: String) -> ModelPrice {
        if let price = prices[model] { return price }
        let base = model.split(separator: "/").last.map(String.init) ?? model
        return prices[base] ?? prices[Self.withoutDate(model)] ?? prices[Self.withoutDate(base)] ?? fallback
    }

    /// What the tokens of one event cost, in pico-dollars: nothing when no model took part. Nil beyond 64 bits.
    package func cost(of event: UsageEvent) -> Int64? {
        guard let model = event.model else { return 0 }
        return price(for: model).cost(
            promptTokens: event.promptTokens, completionTokens: event.completionTokens,
            cachedTokens: event.cachedTokens, cacheWriteTokens: event.cacheWriteTokens,
            reasoningTokens: event.reasoningTokens, isBatch: event.isBatch)
    }

    /// Removes one `-latest`, `-YYYYMMDD` or `-YYYY-MM-DD` from the end.
    package static func withoutDate(_ model: String) -> String {
        var parts = model.split(separator: "-", omittingEmptySubsequences: false)
        func areDigits(_ lengths: [Int]) -> Bool {
            parts.count > lengths.count
                && zip(parts.suffix(lengths.count), lengths).allSatisfy { part, length in
                    part.utf8.count == length && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                }
        }
        if parts.count > 1, parts.last == "latest" || areDigits([8]) {
            parts.removeLast()
        } else if areDigits([4, 2, 2]) {
            parts.removeLast(3)
        }
        return parts.joined(separator: "-")
    }
}
