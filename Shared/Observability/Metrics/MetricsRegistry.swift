import Synchronization

/// All metrics of a process, and their text for Prometheus.
///
/// The number of series of one metric is bounded by `maximumSeries`: past it, new label values are counted under
/// `other`, so that a hostile or careless label cannot fill the memory of the process or of Prometheus.
package final class MetricsRegistry: Sendable {
    /// 1,000 series of a histogram with 18 buckets are about 20,000 lines, what one scrape should bear.
    package static let defaultMaximumSeries = 1_000

    private let families = Mutex<[String: MetricFamily]>([:])
    private let maximumSeries: Int

    package init(maximumSeries: Int = MetricsRegistry.defaultMaximumSeries) {
        self.maximumSeries = maximumSeries
    }

    /// Counters end in `_total`; the suffix is added where it is missing.
    package func counter(_ name: String, help: String? = nil, labels: MetricLabels = .none) -> ValueSeries {
        family(MetricName.withSuffix("_total", MetricName.sanitized(name)), .counter, help).value(labels)
    }

    package func gauge(_ name: String, help: String? = nil, labels: MetricLabels = .none) -> ValueSeries {
        family(MetricName.sanitized(name), .gauge, help).value(labels)
    }

    /// A gauge that is asked for its value when metrics are read; `nil` leaves the series out of that reading.
    package func gauge(
        _ name: String, help: String? = nil, labels: MetricLabels = .none, read: @escaping @Sendable () -> Double?
    ) {
        family(MetricName.sanitized(name), .gauge, help).read(labels, read)
    }

    /// A counter kept elsewhere, read when metrics are read.
    package func counter(
        _ name: String, help: String? = nil, labels: MetricLabels = .none, read: @escaping @Sendable () -> Double?
    ) {
        family(MetricName.withSuffix("_total", MetricName.sanitized(name)), .counter, help).read(labels, read)
    }

    package func histogram(
        _ name: String, help: String? = nil, bounds: [Double] = HistogramBounds.seconds, labels: MetricLabels = .none
    ) -> HistogramSeries {
        family(MetricName.sanitized(name), .histogram(bounds), help).histogram(labels)
    }

    /// The text format 0.0.4: families by name, series by labels.
    package func text() -> String {
        let sorted = families.withLock { $0.values.sorted { $0.name < $1.name } }
        var text = ""
        for family in sorted { family.render(into: &text) }
        return text
    }

    private func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String?) -> MetricFamily {
        families.withLock { families in
            if let known = families[name] {
                guard known.kind.isSame(as: kind) else { return MetricFamily.detached(name: name, kind: kind) }
                if let help { known.describe(help) }
                return known
            }
            let family = MetricFamily(name: name, kind: kind, help: help, maximumSeries: maximumSeries)
            families[name] = family
            return family
        }
    }
}

/// Bucket bounds with the reason for each set.
package enum HistogramBounds {
    /// From a cached answer (0.1 ms) to a long model call (60 s), about three to a decade.
    package static let seconds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Sizes, tokens and counts over seven decades.
    package static let magnitudes: [Double] = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]
}
