package import Metrics

/// Gives the metrics of libraries that use swift-metrics a place in the registry.
///
/// A timer becomes a histogram in seconds, a recorder a histogram, or a gauge when it does not aggregate.
package struct PrometheusMetricsFactory: MetricsFactory {
    package let registry: MetricsRegistry

    package init(registry: MetricsRegistry) {
        self.registry = registry
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        RegisteredValue(registry.counter(label, labels: MetricLabels(dimensions)))
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        RegisteredValue(registry.counter(label, labels: MetricLabels(dimensions)))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        RegisteredValue(registry.gauge(label, labels: MetricLabels(dimensions)))
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let labels = MetricLabels(dimensions)
        guard aggregate else { return RegisteredValue(registry.gauge(label, labels: labels)) }
        return RegisteredHistogram(
            registry.histogram(label, bounds: HistogramBounds.magnitudes, labels: labels))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        RegisteredHistogram(
            registry.histogram(
                MetricName.withSuffix("_seconds", MetricName.sanitized(label)), labels: MetricLabels(dimensions)))
    }

    // Series stay for the life of the process: a counter that vanishes reads as a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}

private final class RegisteredValue: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let series: ValueSeries

    init(_ series: ValueSeries) { self.series = series }

    func increment(by amount: Int64) { series.add(Double(amount)) }
    func increment(by amount: Double) { series.add(amount) }
    func decrement(by amount: Double) { series.add(-amount) }
    func set(_ value: Int64) { series.set(Double(value)) }
    func set(_ value: Double) { series.set(value) }
    func record(_ value: Int64) { series.set(Double(value)) }
    func record(_ value: Double) { series.set(value) }
    func reset() { series.set(0) }
}

private final class RegisteredHistogram: RecorderHandler, TimerHandler {
    private let series: HistogramSeries

    init(_ series: HistogramSeries) { self.series = series }

    func record(_ value: Int64) { series.observe(Double(value)) }
    func record(_ value: Double) { series.observe(value) }
    func recordNanoseconds(_ duration: Int64) { series.observe(Double(duration) / 1_000_000_000) }
}
