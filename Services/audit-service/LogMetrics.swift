package import Contracts
import Metrics

/// What the logs tell about themselves.
package struct LogMetrics: Sendable {
    private let accepted = Counter(label: "asterism_audit_appends_total", dimensions: [("result", "accepted")])
    private let duplicates = Counter(label: "asterism_audit_appends_total", dimensions: [("result", "duplicate")])
    private let rejected = Counter(label: "asterism_audit_appends_total", dimensions: [("result", "rejected")])
    private let waiting = Gauge(label: "asterism_audit_waiting_records")
    /// For how long the oldest accepted record has been under no signed checkpoint; zero when all are.
    private let checkpointAge = Gauge(label: "asterism_audit_checkpoint_age_seconds")

    package init() {}

    package func count(_ receipt: BatchReceipt) {
        accepted.increment(by: receipt.accepted)
        duplicates.increment(by: receipt.duplicates)
        rejected.increment(by: receipt.rejected.count)
    }

    package func record(_ state: WaitingState) {
        waiting.record(Double(state.records))
        checkpointAge.record(state.oldestSeconds)
    }
}
