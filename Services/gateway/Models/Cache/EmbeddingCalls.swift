import Foundation
import ServiceKit

/// Answers requests for embeddings from what is kept, and for the rest from as few calls to the provider as possible.
///
/// Billing: each caller is metered for its own texts that had to be sent, `usage` of its result, and records its own
/// event and settles its own hold; the call to the provider is nobody's alone. Texts that were kept cost nothing; what
/// they would have cost is `savedTokens`.
final class EmbeddingCalls: Sendable {
    struct Result: Sendable, Equatable {
        /// The answer for the client.
        let body: [UInt8]
        let usage: TokenUsage
        let isExact: Bool
        let savedTokens: Int64
        /// Texts whose vector was kept.
        let hits: Int
        /// Nothing had to be sent.
        var isHit: Bool { callers == 0 }
        /// How many callers shared the call to the provider; zero when none was needed.
        let callers: Int
    }

    private let cache: EmbeddingCache
    private let batcher: EmbeddingBatcher

    init(cache: EmbeddingCache, batcher: EmbeddingBatcher = EmbeddingBatcher()) {
        self.cache = cache
        self.batcher = batcher
    }

    /// - Parameters:
    ///   - settings: Nil when the tenant keeps nothing, or the request wants no part in it.
    ///   - refreshes: Send all texts, and keep what comes (`Cache-Control: no-cache`).
    ///   - model: As the answer is to name it.
    ///   - send: Sends a request of the same shape to the provider and takes its answer apart; see
    ///     `EmbeddingTexts.body` and `EmbeddingVectors`. It neither holds money nor records anything.
    func answer(
        _ texts: EmbeddingTexts, model: String, under settings: CacheSettings?, refreshes: Bool = false,
        at now: Date, in scope: TenantScope, send: @escaping EmbeddingBatcher.Send
    ) async throws -> Result {
        var kept = [EmbeddingCache.Vector?](repeating: nil, count: texts.items.count)
        if let settings, !refreshes { kept = cache.vectors(of: texts, under: settings, at: now, in: scope) }
        let missing = kept.indices.filter { kept[$0] == nil }
        var vectors = kept.map { $0?.json ?? [] }
        let savedTokens = kept.reduce(0) { $0 + ($1?.tokens ?? 0) }
        guard !missing.isEmpty else {
            return Result(
                body: EmbeddingVectors.answer(vectors, model: model, usage: .none), usage: .none, isExact: true,
                savedTokens: savedTokens, hits: kept.count, callers: 0)
        }
        let part = try await batcher.vectors(
            of: missing.map { texts.items[$0] }, variant: texts.variant, areTokens: texts.areTokens, in: scope,
            send: send)
        for (place, index) in missing.enumerated() {
            vectors[index] = part.vectors[place]
            guard let settings else { continue }
            cache.store(
                EmbeddingCache.Vector(json: part.vectors[place], tokens: part.tokens[place]),
                of: texts.items[index], variant: texts.variant, under: settings, at: now, in: scope)
        }
        return Result(
            body: EmbeddingVectors.answer(vectors, model: model, usage: part.usage), usage: part.usage,
            isExact: part.isExact, savedTokens: savedTokens, hits: kept.count - missing.count, callers: part.callers)
    }
}
