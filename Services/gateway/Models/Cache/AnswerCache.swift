import Contracts
import Foundation

/// Answers of models, given again to the same request of the same tenant: from the memory of this gateway, and where a
/// shared tier is set up, from that of all gateways.
///
/// Only whole answers come in here: who stores one has read it to its end, and it was not cut off by a limit that the
/// gateway set. A hit uses no provider, no budget and no tokens; what it saved is counted.
final class AnswerCache: Sendable {
    /// Enough for some ten thousand answers; see `CacheConfiguration`.
    static let defaultMaximumBytes = 64 << 20

    private let local: TenantCache<CachedAnswer>
    private let shared: SharedAnswers?
    private let metrics: CacheMetrics

    /// - Parameters:
    ///   - maximumBytes: Of all tenants together, in this process.
    ///   - shared: The tier that all gateways share; nil without one.
    init(
        maximumBytes: Int = AnswerCache.defaultMaximumBytes, shared: SharedAnswers? = nil, metrics: CacheMetrics
    ) {
        local = TenantCache(maximumBytes: maximumBytes)
        self.shared = shared
        self.metrics = metrics
    }

    /// The answer kept for `key`. Counted as a hit, with what it saves, or a miss.
    ///
    /// Waits for nothing when there is no shared tier or the answer is in memory; for 20 ms at most otherwise.
    ///
    /// - Parameter other: The key of another form that will do as well.
    func answer(
        for key: CacheKey, or other: CacheKey? = nil, under settings: CacheSettings, at now: Date
    ) async -> CachedAnswer? {
        var answer = await find(key, settings, now)
        if answer == nil, let other { answer = await find(other, settings, now) }
        if let answer {
            metrics.hit(.answer, saved: answer.costPicoUSD)
        } else {
            metrics.miss(.answer)
        }
        return answer
    }

    private func find(_ key: CacheKey, _ settings: CacheSettings, _ now: Date) async -> CachedAnswer? {
        if let answer = local.value(for: key, under: settings, at: now) { return answer }
        guard let answer = await shared?.answer(for: key, under: settings, at: now) else { return nil }
        keep(answer, for: key, under: settings)
        return answer
    }

    /// Keeps a whole answer. What is kept in the shared tier is sent there in the background.
    func store(_ answer: CachedAnswer, for key: CacheKey, under settings: CacheSettings) {
        guard !answer.body.isEmpty else { return }
        keep(answer, for: key, under: settings)
        shared?.store(answer, for: key, under: settings)
    }

    /// Drops what this gateway keeps of a tenant, as when it switches the cache off. The shared tier forgets by time.
    func forget(_ tenant: TenantID) {
        local.forget(tenant)
    }

    func forgetAll() {
        local.forgetAll()
    }

    var bytes: Int { local.bytes }

    private func keep(_ answer: CachedAnswer, for key: CacheKey, under settings: CacheSettings) {
        local.insert(answer, bytes: answer.byteCount, for: key, under: settings, at: answer.storedAt)
    }
}
