import Metrics
import Observability
import Testing

@Suite("Prometheus text")
struct MetricsRegistryTests {
    @Test("each family has HELP and TYPE once, series sorted by label")
    func families() {
        let registry = MetricsRegistry()
        registry.counter("calls", help: "Calls made.", labels: ["target": "b"]).add(2)
        registry.counter("calls", labels: ["target": "a"]).add()
        registry.gauge("depth", help: "How deep.").set(1.5)
        #expect(
            registry.text() == """
                # HELP calls_total Calls made.
                # TYPE calls_total counter
                calls_total{target="a"} 1
                calls_total{target="b"} 2
                # HELP depth How deep.
                # TYPE depth gauge
                depth 1.5

                """)
    }

    @Test("a histogram's buckets are cumulative and end in +Inf, equal to its count")
    func histogram() {
        let registry = MetricsRegistry()
        let series = registry.histogram("wait_seconds", help: "Wait.", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { series.observe(value) }
        series.observe(.nan)
        #expect(
            registry.text() == """
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.1"} 2
                wait_seconds_bucket{le="1"} 3
                wait_seconds_bucket{le="+Inf"} 4
                wait_seconds_sum 7.65
                wait_seconds_count 4

                """)
    }

    @Test("label values and help are escaped, names made legal")
    func escaping() {
        let registry = MetricsRegistry()
        registry.gauge("9 lives.of-cat", help: "one\\two\nthree", labels: ["bad-name": "a\"b\\c\nd"]).set(1)
        #expect(
            registry.text() == """
                # HELP _9_lives_of_cat one\\\\two\\nthree
                # TYPE _9_lives_of_cat gauge
                _9_lives_of_cat{bad_name="a\\"b\\\\c\\nd"} 1

                """)
    }

    @Test("past the bound new label values are counted as other")
    func cardinality() {
        let registry = MetricsRegistry(maximumSeries: 3)
        for index in 0..<1_000 { registry.counter("hits", labels: ["tenant": "\(index)"]).add() }
        let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 4)
        #expect(lines.contains("hits_total{tenant=\"other\"} 997"))
    }

    @Test("one name never has two kinds, which Prometheus would refuse")
    func kinds() {
        let registry = MetricsRegistry()
        registry.gauge("thing").set(1)
        registry.histogram("thing").observe(1)
        #expect(registry.text().components(of: "# TYPE thing ") == 1)
    }

    @Test("a gauge that is read reports its value of that moment, and nothing when it has none")
    func read() {
        let registry = MetricsRegistry()
        registry.gauge("now", help: "Now.") { 42 }
        registry.gauge("never", help: "Never.") { nil }
        #expect(registry.text() == "# HELP now Now.\n# TYPE now gauge\nnow 42\n")
    }

    @Test("metrics of libraries arrive through swift-metrics, timers in seconds")
    func factory() {
        let registry = MetricsRegistry()
        let factory = PrometheusMetricsFactory(registry: registry)
        factory.makeCounter(label: "hb.requests", dimensions: [("route", "/")]).increment(by: 3)
        factory.makeTimer(label: "http.server.request.duration", dimensions: []).recordNanoseconds(2_000_000)
        factory.makeMeter(label: "pool.size", dimensions: []).set(Int64(5))
        let text = registry.text()
        #expect(text.contains("hb_requests_total{route=\"/\"} 3"))
        #expect(text.contains("http_server_request_duration_seconds_bucket{le=\"0.0025\"} 1"))
        #expect(text.contains("pool_size 5"))
    }

    @Test("counting from many tasks loses nothing")
    func concurrent() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { registry.counter("hits").add() } }
            }
        }
        #expect(registry.text().contains("hits_total 8000"))
    }
}

extension String {
    func components(of part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
