import Contracts
import Foundation

/// Vectors of texts, kept one by one: a text that was embedded before is not sent again, whatever it comes with.
///
/// The key is the tenant, the model that made the vector, the whole request but for its texts, and the text. A vector is
/// kept as it was written.
final class EmbeddingCache: Sendable {
    /// What one text's vector is, and what it took to get it.
    struct Vector: Sendable, Equatable {
        let json: [UInt8]
        /// What the provider counted for the text; by its share of the bytes where it came with others.
        let tokens: Int64
        let storedAt: Date
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
    ///
    /// - Parameter begin: Older vectors are passed over.
    func vectors(
        of items: [[UInt8]], in space: EmbeddingSpace, since begin: Date = .distantPast, under settings: CacheSettings,
        at now: Date
    ) -> [Vector?] {
        let found = items.map { item -> Vector? in
            let vector = vectors.value(for: space.key(of: item), under: settings, at: now)
            return vector.flatMap { $0.storedAt >= begin ? $0 : nil }
        }
        let hits = found.count { $0 != nil }
        metrics.hit(.embedding, saved: 0, count: hits)
        metrics.miss(.embedding, count: found.count - hits)
        return found
    }

    /// The vectors of all texts when every one is kept; nil, and not counted as a lookup, when one is missing.
    func allVectors(
        of items: [[UInt8]], in space: EmbeddingSpace, under settings: CacheSettings, at now: Date
    ) -> [Vector]? {
        var found: [Vector] = []
        for item in items {
            guard let vector = vectors.value(for: space.key(of: item), under: settings, at: now) else { return nil }
            found.append(vector)
        }
        metrics.hit(.embedding, saved: 0, count: found.count)
        return found
    }

    func store(_ vector: Vector, of item: [UInt8], in space: EmbeddingSpace, under settings: CacheSettings) {
        vectors.insert(
            vector, bytes: vector.json.count, for: space.key(of: item), under: settings, at: vector.storedAt)
    }

    func forget(_ tenant: TenantID) {
        vectors.forget(tenant)
    }

    func forgetAll() {
        vectors.forgetAll()
    }

    var bytes: Int { vectors.bytes }
}
