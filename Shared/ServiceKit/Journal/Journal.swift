package import Contracts
import Foundation
package import Logging
package import Observability
import Synchronization

/// Usage and audit records on their way, kept on the local disk until their owner has them.
///
/// Guarantees:
/// - `append` returns when the kernel has the entries: they survive `kill -9`. With `JOURNAL_SYNCHRONOUS=full` it returns
///   when the disk has them.
/// - Entries of one `append` are written together or not at all.
/// - Each entry is shipped until its owner accepts or rejects it; the owner drops repetitions by the record's id, so
///   each is accepted once. Rejected ones are set aside and counted.
/// - When the disk is full `append` throws; whoever needs the evidence must then fail.
package final class Journal: Sendable {
    let log: JournalLog
    let logger: Logger
    let gauges: JournalMetrics
    /// Nil where the kernel is trusted to outlive the process.
    private let flusher: JournalFlusher?
    private let failure = Mutex<String?>(nil)
    private let hasFailed = Atomic(false)
    let signals: JournalSignals

    package init(settings: JournalSettings, metrics: MetricsRegistry, logger: Logger) throws {
        do {
            log = try JournalLog(settings: settings)
        } catch {
            throw SettingsError("JOURNAL_PATH", "cannot open \(settings.path): \(error)")
        }
        self.logger = logger
        flusher = settings.synchronous == .full ? JournalFlusher(log) : nil
        signals = JournalSignals()
        gauges = JournalMetrics(registry: metrics, log: log)
    }

    /// Returns when all are durable.
    package func append(usage: [UsageEvent] = [], audit: [AuditRecord] = []) async throws {
        var entries: [JournalEntry] = []
        entries.reserveCapacity(usage.count + audit.count)
        for event in usage { entries.append(try JournalEntry(event)) }
        for record in audit { entries.append(try JournalEntry(record)) }
        try await append(entries)
    }

    /// Returns when all are durable. One system call on the caller's thread, which takes as long as a message to another
    /// thread would.
    ///
    /// - Throws: `JournalError`. Nothing has been written then.
    package nonisolated(nonsending) func append(_ entries: [JournalEntry]) async throws {
        guard !entries.isEmpty else { return }
        do {
            try log.append(entries, at: Self.now())
            if let flusher { try await flusher.flushed() }
            if hasFailed.load(ordering: .relaxed) { recovered() }
        } catch {
            throw failed(error, entries.count)
        }
        gauges.appended(entries)
        signals.wake()
    }

    private func recovered() {
        hasFailed.store(false, ordering: .relaxed)
        failure.withLock { $0 = nil }
    }

    private func failed(_ error: any Error, _ count: Int) -> JournalError {
        if let error = error as? JournalError, error == .closed { return error }
        let reason = "\(error)"
        failure.withLock { $0 = reason }
        hasFailed.store(true, ordering: .relaxed)
        gauges.failed(count)
        logger.critical("journal entries not written", error: error)
        return error as? JournalError ?? .notWritten(reason)
    }

    /// Failing while the last write failed.
    package var health: HealthChecks.Status {
        guard let reason = failure.withLock({ $0 }) else { return .ok }
        return .failing("the journal cannot be written: \(reason)")
    }

    /// The oldest payloads that wait to be shipped, for tests and tools.
    package func waiting(_ kind: JournalEntry.Kind, limit: Int = 1_000) throws -> [[UInt8]] {
        try log.oldest(kind, limit: limit, maximumBytes: .max).payloads.map(Array.init)
    }

    /// Refuses more from now on. Entries not yet shipped stay on the disk for the next start.
    package func close() throws {
        try log.close()
    }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
