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
    func answer(for key: CacheKey, under settings: CacheSettings, at now: Date) async -> CachedAnswer? {
        if let answer = local.value(for: key, under: settings, at: now) {
            metrics.hit(.answer, saved: answer.costPicoUSD)
            return answer
        }
        if let answer = await shared?.answer(for: key, under: settings, at: now) {
            keep(answer, for: key, under: settings)
            metrics.hit(.answer, saved: answer.costPicoUSD)
            return answer
        }
        metrics.miss(.answer)
        return nil
    }

    /// Keeps an answer, unless it is empty or says that it was cut off. What is kept in the shared tier is sent there in
    /// the background.
    func store(_ answer: CachedAnswer, for key: CacheKey, under settings: CacheSettings) {
        guard !answer.body.isEmpty, AnswerCompleteness.isComplete(answer.body) else { return }
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
