import Contracts
import Cryptography
import Logging
import Observability
import Redis

/// Everything by which a call can be answered without a call to a provider of its own. Made once for the process.
struct ModelCaches: Sendable {
    let metrics: CacheMetrics
    let answers: AnswerCache
    /// Whole answers under way. Their records are the leader's; see `CallCoalescer`.
    let calls: CallCoalescer<FoundAnswer>
    /// Embeddings by their texts.
    let vectors: EmbeddingCache
    /// Embeddings under way.
    let batcher: EmbeddingBatcher
    let semantic: SemanticCache

    /// - Parameter redis: For the shared tier; nil where no Redis is configured.
    init(
        _ configuration: CacheConfiguration, redis: RedisClient?, keyring: EnvelopeKeyring, registry: MetricsRegistry,
        logger: Logger
    ) {
        let metrics = CacheMetrics(registry)
        var shared: SharedAnswers?
        if configuration.isShared, let redis {
            shared = SharedAnswers(redis: redis, keyring: keyring, metrics: metrics, logger: logger)
        }
        let answers = AnswerCache(maximumBytes: configuration.maximumBytes, shared: shared, metrics: metrics)
        let vectors = EmbeddingCache(maximumBytes: configuration.maximumBytes, metrics: metrics)
        registry.gauge("gateway_cache_bytes", help: "What caches hold in memory.", labels: ["cache": "answer"]) {
            Double(answers.bytes)
        }
        let semantic = SemanticCache(maximumBytes: configuration.maximumBytes, metrics: metrics)
        registry.gauge("gateway_cache_bytes", labels: ["cache": "embedding"]) { Double(vectors.bytes) }
        registry.gauge("gateway_cache_bytes", labels: ["cache": "semantic"]) { Double(semantic.bytes) }
        self.metrics = metrics
        self.answers = answers
        self.vectors = vectors
        calls = CallCoalescer()
        batcher = EmbeddingBatcher()
        self.semantic = semantic
    }

    /// Drops what is kept of a tenant whose configuration, providers or keys have changed.
    func forget(_ change: ChangeFollower.Change) {
        switch change {
        case .tenant(let tenant):
            answers.forget(tenant)
            vectors.forget(tenant)
            semantic.forget(tenant)
        case .everything:
            answers.forgetAll()
            vectors.forgetAll()
            semantic.forgetAll()
        }
    }
}
