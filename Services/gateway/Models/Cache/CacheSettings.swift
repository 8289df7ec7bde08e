import Contracts

/// How a tenant's answers are kept, once it has switched the cache on.
struct CacheSettings: Sendable, Equatable {
    let timeToLive: Duration
    /// Of answers in the memory of one gateway; embeddings and answers found by likeness have as much again.
    let maximumBytes: Int
    /// Nil while the tenant has not asked for answers by likeness.
    let semantic: TenantConfiguration.Semantic?

    init(timeToLive: Duration, maximumBytes: Int, semantic: TenantConfiguration.Semantic? = nil) {
        self.timeToLive = max(timeToLive, .zero)
        self.maximumBytes = max(maximumBytes, 0)
        self.semantic = semantic
    }

    /// Nil while the tenant has not switched the cache on.
    init?(_ cache: TenantConfiguration.Cache) {
        guard cache.enabled else { return nil }
        self.init(
            timeToLive: .seconds(cache.ttlSeconds), maximumBytes: cache.maximumBytes, semantic: cache.semantic)
    }

    var maximumAgeMilliseconds: Int64 {
        let (seconds, attoseconds) = timeToLive.components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
