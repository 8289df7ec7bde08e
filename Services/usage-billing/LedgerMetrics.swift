package import Contracts
import Metrics

/// What the ledger tells about itself.
package struct LedgerMetrics: Sendable {
    private let accepted = Counter(label: "asterism_usage_events_total", dimensions: [("result", "accepted")])
    private let duplicates = Counter(label: "asterism_usage_events_total", dimensions: [("result", "duplicate")])
    private let rejected = Counter(label: "asterism_usage_events_total", dimensions: [("result", "rejected")])
    /// Rollups against events and months against rollups, in pico-dollars. Zero, always.
    private let drift = Gauge(label: "asterism_ledger_drift_pico_usd")
    private let driftingTenants = Gauge(label: "asterism_ledger_drift_tenants")

    package init() {}

    package func count(_ receipt: BatchReceipt) {
        accepted.increment(by: receipt.accepted)
        duplicates.increment(by: receipt.duplicates)
        rejected.increment(by: receipt.rejected.count)
    }

    package func record(_ measured: LedgerDrift) {
        drift.record(Double(measured.picoUSD))
        driftingTenants.record(Double(measured.tenants))
    }
}
