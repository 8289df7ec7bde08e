import ServiceKit

/// How documents are taken in.
struct IngestionSettings: Sendable {
    /// Documents at once in one process. Two keep a core busy while another waits for the database or a model.
    var concurrency = 2
    /// How soon the work of a dead process is taken up. Heartbeats go at a third of it.
    var lease = Duration.seconds(15)
    /// How often to look when no hint comes: hints can be lost, jobs cannot.
    var pollInterval = Duration.seconds(2)
    /// Attempts before a document is `failed`: it outlasts a restart of a dependency, and a document that kills the
    /// process does so no more often.
    var maximumAttempts = 5
    /// How often the queue is measured for `/metrics`.
    var measureInterval = Duration.seconds(10)

    init() {}

    /// - Throws: `SettingsError` for a value out of its range.
    init(_ settings: Settings) throws(SettingsError) {
        concurrency = try settings.integer("INGESTION_CONCURRENCY", default: concurrency, in: 0...64)
        lease = try settings.duration("INGESTION_LEASE", default: lease, in: .seconds(1) ... .seconds(600))
        maximumAttempts = try settings.integer("INGESTION_ATTEMPTS", default: maximumAttempts, in: 1...20)
        pollInterval = try settings.duration(
            "INGESTION_POLL_INTERVAL", default: pollInterval, in: .milliseconds(50) ... .seconds(60))
    }
}
