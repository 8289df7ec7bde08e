import Observability

/// What batches report at `/metrics`.
struct BatchMetrics: Sendable {
    private let waiting: ValueSeries
    private let held: ValueSeries
    private let good: ValueSeries
    private let bad: ValueSeries
    private let retries: ValueSeries
    private let failures: ValueSeries
    private let ended: [BatchStatus: ValueSeries]

    init(registry: MetricsRegistry) {
        waiting = registry.gauge("gateway_batches_waiting", help: "Batches that wait for a worker.")
        held = registry.gauge("gateway_batches_held", help: "Batches that a worker is at.")
        func lines(_ outcome: String) -> ValueSeries {
            registry.counter(
                "gateway_batch_lines_total", help: "Lines of batches that have a result.",
                labels: ["outcome": outcome])
        }
        good = lines("completed")
        bad = lines("failed")
        retries = registry.counter(
            "gateway_batch_line_retries_total", help: "Attempts at lines that were followed by another.")
        failures = registry.counter(
            "gateway_batch_failures_total", help: "Times work on a batch was given up for a while.")
        ended = Dictionary(
            uniqueKeysWithValues: BatchStatus.allCases.filter { !$0.isLive }.map { status in
                (
                    status,
                    registry.counter(
                        "gateway_batches_ended_total", help: "Batches that reached an end.",
                        labels: ["status": status.rawValue])
                )
            })
    }

    func queue(_ statistics: (waiting: Int64, held: Int64)) {
        waiting.set(Double(statistics.waiting))
        held.set(Double(statistics.held))
    }

    func finished(isGood: Bool) { (isGood ? good : bad).add() }
    func retried() { retries.add() }
    func failed() { failures.add() }
    func ended(as status: BatchStatus) { ended[status]?.add() }
}
