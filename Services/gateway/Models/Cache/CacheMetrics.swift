import Observability

/// What the caches are asked, what they have, and what that saves.
struct CacheMetrics: Sendable {
    /// Which cache; `coalesced` is a call that shared the answer of another one under way.
    enum Cache: String, Sendable, CaseIterable {
        case answer, embedding, semantic, coalesced
    }

    private struct Counters: Sendable {
        let hits: ValueSeries
        let misses: ValueSeries
        let saved: ValueSeries
    }

    private let counters: [Cache: Counters]
    private let sharedFailures: [String: ValueSeries]

    init(_ registry: MetricsRegistry = MetricsRegistry()) {
        var counters: [Cache: Counters] = [:]
        for cache in Cache.allCases {
            let name = "gateway_cache_lookups"
            counters[cache] = Counters(
                hits: registry.counter(
                    name, help: "Lookups in the caches of model answers.",
                    labels: ["cache": cache.rawValue, "result": "hit"]),
                misses: registry.counter(name, labels: ["cache": cache.rawValue, "result": "miss"]),
                saved: registry.counter(
                    "gateway_cache_saved_pico_usd", help: "What calls would have cost that caches answered.",
                    labels: ["cache": cache.rawValue]))
        }
        self.counters = counters
        sharedFailures = ["get", "set", "open"].reduce(into: [:]) { series, operation in
            series[operation] = registry.counter(
                "gateway_cache_shared_failures", help: "Operations on the shared cache that failed.",
                labels: ["operation": operation])
        }
    }

    func hit(_ cache: Cache, saved picoUSD: Int64, count: Int = 1) {
        counters[cache]?.hits.add(Double(count))
        if picoUSD > 0 { counters[cache]?.saved.add(Double(picoUSD)) }
    }

    func miss(_ cache: Cache, count: Int = 1) {
        counters[cache]?.misses.add(Double(count))
    }

    /// What was saved by lookups that `hit` has counted, where it is known only later.
    func saved(_ cache: Cache, picoUSD: Int64) {
        if picoUSD > 0 { counters[cache]?.saved.add(Double(picoUSD)) }
    }

    func sharedFailure(_ operation: String) {
        sharedFailures[operation]?.add()
    }
}
