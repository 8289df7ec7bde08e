import Synchronization

/// One metric: a name, a kind and its series.
final class MetricFamily: Sendable {
    enum Kind: Sendable {
        case counter
        case gauge
        case histogram([Double])

        var keyword: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }

        func isSame(as other: Kind) -> Bool { keyword == other.keyword }
    }

    private enum Series {
        case value(ValueSeries)
        case read(@Sendable () -> Double?)
        case histogram(HistogramSeries)
    }

    private struct Content {
        var help: String
        var series: [MetricLabels: Series] = [:]
    }

    let name: String
    let kind: Kind
    private let maximumSeries: Int
    private let content: Mutex<Content>

    init(name: String, kind: Kind, help: String?, maximumSeries: Int) {
        self.name = name
        self.kind = kind
        self.maximumSeries = max(1, maximumSeries)
        content = Mutex(Content(help: help ?? name.replacing("_", with: " ")))
    }

    /// A family nobody reads: what a name gets that is in use for another kind. Two kinds under one name would make
    /// Prometheus refuse the whole page.
    static func detached(name: String, kind: Kind) -> MetricFamily {
        MetricFamily(name: name, kind: kind, help: nil, maximumSeries: 1)
    }

    func describe(_ help: String) {
        content.withLock { $0.help = help }
    }

    func value(_ labels: MetricLabels) -> ValueSeries {
        guard case .value(let series) = series(labels, make: { .value(ValueSeries()) }) else { return ValueSeries() }
        return series
    }

    func histogram(_ labels: MetricLabels) -> HistogramSeries {
        guard case .histogram(let bounds) = kind,
            case .histogram(let series) = series(labels, make: { .histogram(HistogramSeries(bounds: bounds)) })
        else { return HistogramSeries(bounds: []) }
        return series
    }

    func read(_ labels: MetricLabels, _ read: @escaping @Sendable () -> Double?) {
        content.withLock { $0.series[labels] = .read(read) }
    }

    private func series(_ labels: MetricLabels, make: () -> Series) -> Series {
        content.withLock { content in
            if let known = content.series[labels] { return known }
            let hasRoom = content.series.count < maximumSeries
            let key = hasRoom ? labels : labels.collapsed
            if let known = content.series[key] { return known }
            let fresh = make()
            content.series[key] = fresh
            return fresh
        }
    }

    func render(into text: inout String) {
        let (help, series) = content.withLock { ($0.help, $0.series) }
        let lines = series.map { ($0.key.rendered(), rendered($0.value, labels: $0.key)) }
            .filter { !$0.1.isEmpty }.sorted { $0.0 < $1.0 }
        guard !lines.isEmpty else { return }
        let escaped = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(escaped)\n# TYPE \(name) \(kind.keyword)\n"
        for line in lines { text += line.1 }
    }

    private func rendered(_ series: Series, labels: MetricLabels) -> String {
        switch series {
        case .value(let series): "\(name)\(labels.rendered()) \(Self.number(series.current))\n"
        case .read(let read): read().map { "\(name)\(labels.rendered()) \(Self.number($0))\n" } ?? ""
        case .histogram(let series): buckets(of: series, labels: labels)
        }
    }

    private func buckets(of series: HistogramSeries, labels: MetricLabels) -> String {
        let snapshot = series.snapshot
        var text = ""
        var cumulative: UInt64 = 0
        for (index, count) in snapshot.counts.enumerated() {
            cumulative += count
            let bound = index < series.bounds.count ? Self.number(series.bounds[index]) : "+Inf"
            text += "\(name)_bucket\(labels.rendered(adding: .init(name: "le", value: bound))) \(cumulative)\n"
        }
        text += "\(name)_sum\(labels.rendered()) \(Self.number(snapshot.sum))\n"
        return text + "\(name)_count\(labels.rendered()) \(cumulative)\n"
    }

    /// Whole numbers without a fraction, the rest in the shortest form that reads back the same.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}
