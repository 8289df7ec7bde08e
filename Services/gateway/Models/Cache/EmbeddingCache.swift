import Contracts
import Foundation
import ServiceKit

/// Vectors of texts, kept one by one: a text that was embedded before is not sent again, whatever it comes with.
///
/// The key is the tenant, the whole request but for its texts, and the text. A vector is kept as it was written.
final class EmbeddingCache: Sendable {
    /// What one text's vector is, and what it took to get it.
    struct Vector: Sendable, Equatable {
        let json: [UInt8]
        /// What the provider counted for the text; by its share of the bytes where it came with others.
        let tokens: Int64
    }

    /// Some three thousand vectors of 1,536 numbers as text, ten thousand as base64.
    static let defaultMaximumBytes = 64 << 20

    private let vectors: TenantCache<Vector>
    private let metrics: CacheMetrics

    init(maximumBytes: Int = EmbeddingCache.defaultMaximumBytes, metrics: CacheMetrics) {
        vectors = TenantCache(maximumBytes: maximumBytes)
        self.metrics = metrics
    }

    /// What is kept of each text, in their order.
    func vectors(
        of texts: EmbeddingTexts, under settings: CacheSettings, at now: Date, in scope: TenantScope
    ) -> [Vector?] {
        let found = texts.items.map { vectors.value(for: Self.key(texts.variant, $0, scope), under: settings, at: now) }
        let hits = found.count { $0 != nil }
        metrics.hit(.embedding, saved: 0, count: hits)
        metrics.miss(.embedding, count: found.count - hits)
        return found
    }

    func store(
        _ vector: Vector, of item: [UInt8], variant: [UInt8], under settings: CacheSettings, at now: Date,
        in scope: TenantScope
    ) {
        vectors.insert(
            vector, bytes: vector.json.count, for: Self.key(variant, item, scope), under: settings, at: now)
    }

    func forget(_ tenant: TenantID) {
        vectors.forget(tenant)
    }

    func forgetAll() {
        vectors.forgetAll()
    }

    var bytes: Int { vectors.bytes }

    private static func key(_ variant: [UInt8], _ item: [UInt8], _ scope: TenantScope) -> CacheKey {
        CacheKey(.embedding, [variant, item], in: scope)
    }
}
