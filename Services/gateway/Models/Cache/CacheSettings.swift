/// How a tenant's answers are kept, once it has switched the cache on.
struct CacheSettings: Sendable, Equatable {
    /// A day: prices, policies and knowledge behind an answer change.
    static let maximumTimeToLive = Duration.seconds(86_400)

    let timeToLive: Duration
    /// Of answers in the memory of one gateway; embeddings have as much again.
    let maximumBytes: Int

    /// - Parameter timeToLive: At most ``maximumTimeToLive``.
    init(timeToLive: Duration, maximumBytes: Int) {
        self.timeToLive = min(max(timeToLive, .zero), Self.maximumTimeToLive)
        self.maximumBytes = max(maximumBytes, 0)
    }

    var maximumAgeMilliseconds: Int64 {
        let (seconds, attoseconds) = timeToLive.components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
