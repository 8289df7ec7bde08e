import Synchronization

/// A number that goes up (a counter) or up and down (a gauge).
package final class ValueSeries: Sendable {
    private let value = Mutex(0.0)

    init() {}

    package var current: Double { value.withLock { $0 } }

    package func add(_ amount: Double = 1) {
        value.withLock { $0 += amount }
    }

    package func set(_ newValue: Double) {
        value.withLock { $0 = newValue }
    }
}

/// How often values fell into each bucket.
package final class HistogramSeries: Sendable {
    struct Snapshot: Sendable {
        /// Not cumulative; one more than there are bounds, the last is past all of them.
        var counts: [UInt64]
        var sum: Double
    }

    let bounds: [Double]
    private let content: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        content = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    var snapshot: Snapshot { content.withLock { $0 } }

    package func observe(_ value: Double) {
        guard !value.isNaN else { return }
        // At most a few dozen bounds, and most values fall among the first: a scan is faster than a search.
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        content.withLock {
            $0.counts[index] += 1
            $0.sum += value
        }
    }
}
