import ServiceKit

/// The settings of rag-service besides those that every service has.
///
/// ## Configuration keys
/// - `MAXIMUM_DOCUMENT_BYTES` (10485760): the content of one document, in bytes of UTF-8.
/// - `INGESTION_CONCURRENCY` (2): documents indexed at once; 0 leaves the work to other replicas.
/// - `INGESTION_LEASE` (15s): how soon the work of a dead process is taken up by another.
/// - `INGESTION_ATTEMPTS` (5): attempts before a document is `failed`.
/// - `INGESTION_POLL_INTERVAL` (2s): how often to look for work when no hint comes.
struct Configuration: Sendable {
    let limits: DocumentLimits
    let ingestion: IngestionSettings

    /// - Throws: `SettingsError` for a value out of its range.
    init(_ settings: Settings) throws(SettingsError) {
        var limits = DocumentLimits()
        limits.maximumContentBytes = try settings.integer(
            "MAXIMUM_DOCUMENT_BYTES", default: limits.maximumContentBytes, in: 1_024...64 * 1_024 * 1_024)
        self.limits = limits
        ingestion = try IngestionSettings(settings)
    }
}
