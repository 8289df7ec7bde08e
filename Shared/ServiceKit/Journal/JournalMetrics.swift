import Observability
import Synchronization

/// `journal_*`: how much waits and how old it is. An age that grows means that an owner cannot be reached.
struct JournalMetrics: Sendable {
    private final class Depth: Sendable {
        let value: Atomic<Int>
        init(_ value: Int) { self.value = Atomic(value) }
    }

    private let depths: [JournalEntry.Kind: Depth]
    private let shipped: [JournalEntry.Kind: ValueSeries]
    private let rejected: [JournalEntry.Kind: ValueSeries]
    private let failures: ValueSeries
    private let shippingFailures: ValueSeries

    init(registry: MetricsRegistry, log: JournalLog) {
        let depths = Dictionary(
            uniqueKeysWithValues: JournalEntry.Kind.allCases.map { ($0, Depth((try? log.depth($0)) ?? 0)) })
        self.depths = depths
        func counters(_ name: String, _ help: String) -> [JournalEntry.Kind: ValueSeries] {
            Dictionary(
                uniqueKeysWithValues: JournalEntry.Kind.allCases.map {
                    ($0, registry.counter(name, help: help, labels: ["kind": $0.label]))
                })
        }
        shipped = counters("journal_shipped_total", "Entries that their owner has.")
        rejected = counters("journal_rejected_total", "Entries that their owner refused for good.")
        failures = registry.counter("journal_append_failures_total", help: "Entries that could not be written.")
        shippingFailures = registry.counter("journal_ship_failures_total", help: "Batches that were not taken.")
        for (kind, depth) in depths {
            registry.gauge(
                "journal_depth", help: "Entries that wait to be shipped.", labels: ["kind": kind.label]
            ) { Double(depth.value.load(ordering: .relaxed)) }
        }
        registry.gauge("journal_oldest_age_seconds", help: "How long the oldest entry has waited.") {
            guard let oldest = try? log.oldestMilliseconds() else { return 0 }
            return Double(max(0, Journal.now() - oldest)) / 1000
        }
    }

    func appended(_ entries: [JournalEntry]) {
        let usage = entries.count { $0.kind == .usage }
        depths[.usage]?.value.add(usage, ordering: .relaxed)
        depths[.audit]?.value.add(entries.count - usage, ordering: .relaxed)
    }

    func failed(_ count: Int) {
        failures.add(Double(count))
    }

    func settled(_ kind: JournalEntry.Kind, count: Int, rejected refused: Int) {
        depths[kind]?.value.subtract(count, ordering: .relaxed)
        shipped[kind]?.add(Double(count - refused))
        rejected[kind]?.add(Double(refused))
    }

    func batchFailed() {
        shippingFailures.add()
    }

    func depth(_ kind: JournalEntry.Kind) -> Int {
        depths[kind]?.value.load(ordering: .relaxed) ?? 0
    }
}
