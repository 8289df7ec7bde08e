import Observability

/// What retrieval reports at `/metrics`.
struct RetrievalMetrics: Sendable {
    private let duration: HistogramSeries
    private let empty: ValueSeries
    private let fallbacks: ValueSeries

    init(registry: MetricsRegistry) {
        duration = registry.histogram(
            "rag_retrieval_duration_seconds", help: "Time to find the passages for a query.")
        empty = registry.counter("rag_retrieval_empty_total", help: "Queries that found nothing.")
        fallbacks = registry.counter(
            "rag_retrieval_lexical_fallback_total",
            help: "Searches by words alone because the embedding model could not be reached.")
    }

    func retrieved(_ count: Int, since started: ContinuousClock.Instant) {
        duration.observe(Double((ContinuousClock.now - started) / .nanoseconds(1)) / 1_000_000_000)
        if count == 0 { empty.add() }
    }

    func fellBackToWords() { fallbacks.add() }
}
