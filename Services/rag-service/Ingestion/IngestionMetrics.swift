import Contracts
import Foundation
import Observability

/// What ingestion reports at `/metrics`.
struct IngestionMetrics: Sendable {
    private let waiting: ValueSeries
    private let running: ValueSeries
    private let oldest: ValueSeries
    private let lag: HistogramSeries
    private let ready: ValueSeries
    private let failed: ValueSeries
    private let retries: ValueSeries

    init(registry: MetricsRegistry) {
        waiting = registry.gauge("rag_ingestion_waiting", help: "Documents that wait to be indexed.")
        running = registry.gauge("rag_ingestion_running", help: "Documents that are being indexed.")
        oldest = registry.gauge(
            "rag_ingestion_oldest_seconds", help: "Age of the oldest document that is not indexed.")
        lag = registry.histogram(
            "rag_ingestion_lag_seconds", help: "Time from the acceptance of a document to its end.")
        func documents(_ outcome: DocumentStatus) -> ValueSeries {
            registry.counter(
                "rag_ingestion_documents_total", help: "Documents that reached an end.",
                labels: ["outcome": outcome.rawValue])
        }
        ready = documents(.ready)
        failed = documents(.failed)
        retries = registry.counter(
            "rag_ingestion_retries_total", help: "Attempts that were put off to a later one.")
    }

    func queue(_ statistics: (waiting: Int64, running: Int64, oldestSeconds: Double)) {
        waiting.set(Double(statistics.waiting))
        running.set(Double(statistics.running))
        oldest.set(statistics.oldestSeconds)
    }

    func finished(_ outcome: DocumentStatus, since enqueued: Date) {
        (outcome == .ready ? ready : failed).add()
        lag.observe(max(0, Date().timeIntervalSince(enqueued)))
    }

    func postponed() { retries.add() }
}
