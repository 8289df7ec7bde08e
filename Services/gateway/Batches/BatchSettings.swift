import Resilience
import ServiceKit

/// How batches are worked on.
///
/// ## Configuration keys
/// - `BATCH_CONCURRENCY` (default 4): lines of batches that this gateway calls at once, so that they take what callers
///   who wait leave over; 0 leaves batches to other gateways.
/// - `BATCH_LEASE` (default `30s`): how soon the batches of a dead gateway are taken up by another.
/// - `FILE_MAXIMUM_BYTES` (default 104857600): one uploaded file; OpenAI's own bound for batches.
/// - `FILE_TENANT_BYTES` (default 5368709120): all files of one tenant. Results of batches count, but are never refused.
/// - `FILE_RETENTION` (default `720h`): how long files and ended batches are kept.
struct BatchSettings: Sendable {
    var concurrency = 4
    var lease = Duration.seconds(30)
    var limits = BatchLimits()
    /// For how long a worker stays with one batch while others wait.
    var slice = Duration.seconds(20)
    /// How often an idle worker looks for work; jittered, so that replicas do not ask at once.
    var pollInterval = Duration.seconds(1)
    var sweepInterval = Duration.seconds(60)
    /// Calls of one line that may fail for a while only, such as 429; and deaths of workers over one line.
    var maximumAttempts = 5
    /// A provider that says 429 to a batch wants it slower: up to a minute.
    var backoff = Backoff(base: .seconds(1), maximum: .seconds(60))
    /// Until a batch of a suspended tenant is looked at again.
    var suspension = Duration.seconds(60)

    init() {}

    init(_ settings: Settings) throws(SettingsError) {
        concurrency = try settings.integer("BATCH_CONCURRENCY", default: concurrency, in: 0...1024)
        lease = try settings.duration("BATCH_LEASE", default: lease, in: .seconds(1) ... .seconds(600))
        limits.fileBytes = Int64(
            try settings.integer("FILE_MAXIMUM_BYTES", default: Int(limits.fileBytes), in: 1024...1_073_741_824))
        limits.tenantBytes = Int64(
            try settings.integer("FILE_TENANT_BYTES", default: Int(limits.tenantBytes), in: 1024...(1 << 50)))
        let retention = try settings.duration(
            "FILE_RETENTION", default: .seconds(limits.retentionSeconds), in: .seconds(3600) ... .seconds(31_536_000))
        limits.retentionSeconds = retention.components.seconds
    }

    /// Batches that are worked on at once: with more, each would get too few of the lines at once to be worth it.
    var batchesAtOnce: Int { min(concurrency, 4) }
}
