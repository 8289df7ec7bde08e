package import Contracts
import Dispatch
import Foundation
package import Logging
package import Observability
import Synchronization

/// Usage and audit records on their way, kept on the local disk until their owner has them.
///
/// Guarantees:
/// - `append` returns when the entries are in SQLite's write-ahead log: they survive `kill -9`.
/// - Entries of one `append` are written together or not at all.
/// - Each entry is shipped until its owner accepts or rejects it; the owner drops repetitions by the record's id, so
///   each is accepted once. Rejected ones are set aside and counted.
/// - When the disk is full `append` throws; whoever needs the evidence must then fail.
///
/// Many appends at once share one transaction: while one batch is being written the next one gathers.
package final class Journal: Sendable {
    /// Entries that wait in memory. 65,536 are a second of the fastest gateway; past it the disk has stopped.
    static let maximumWaiting = 65_536

    private struct Waiting: Sendable {
        var entries: [JournalEntry] = []
        var continuations: [CheckedContinuation<Void, any Error>] = []
        var isScheduled = false
        var isClosed = false
    }

    let store: JournalStore
    let logger: Logger
    let gauges: JournalMetrics
    private let queue: DispatchQueue
    private let gathering = Mutex(Waiting())
    private let failure = Mutex<String?>(nil)
    let signals: JournalSignals

    package init(settings: JournalSettings, metrics: MetricsRegistry, logger: Logger) throws {
        do {
            store = try JournalStore(settings: settings)
        } catch {
            throw SettingsError("JOURNAL_PATH", "cannot open \(settings.path): \(error)")
        }
        self.logger = logger
        queue = DispatchQueue(label: "asterism.journal", qos: .userInitiated)
        signals = JournalSignals()
        gauges = JournalMetrics(registry: metrics, store: store)
    }

    /// Returns when all are durable.
    package func append(usage: [UsageEvent] = [], audit: [AuditRecord] = []) async throws {
        var entries: [JournalEntry] = []
        entries.reserveCapacity(usage.count + audit.count)
        for event in usage { entries.append(try JournalEntry(event)) }
        for record in audit { entries.append(try JournalEntry(record)) }
        try await append(entries)
    }

    /// Returns when all are durable.
    ///
    /// - Throws: `JournalError`. Nothing has been written then.
    package func append(_ entries: [JournalEntry]) async throws {
        guard !entries.isEmpty else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            enqueue(entries, continuation)
        }
    }

    private func enqueue(_ entries: [JournalEntry], _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome: Result<Bool, JournalError> = gathering.withLock { waiting in
            guard !waiting.isClosed else { return .failure(.closed) }
            guard waiting.entries.count + entries.count <= Self.maximumWaiting else { return .failure(.overloaded) }
            waiting.entries.append(contentsOf: entries)
            waiting.continuations.append(continuation)
            defer { waiting.isScheduled = true }
            return .success(!waiting.isScheduled)
        }
        switch outcome {
        case .success(true): queue.async { self.drain() }
        case .success(false): break
        case .failure(let error): continuation.resume(throwing: error)
        }
    }

    /// Writes what has gathered, and again while more gathered meanwhile.
    private func drain() {
        while true {
            let batch = gathering.withLock { waiting -> Waiting? in
                guard !waiting.entries.isEmpty else {
                    waiting.isScheduled = false
                    return nil
                }
                let batch = waiting
                waiting.entries = []
                waiting.continuations = []
                return batch
            }
            guard let batch else { return }
            write(batch)
        }
    }

    private func write(_ batch: Waiting) {
        do {
            try store.insert(batch.entries, at: Self.now())
            failure.withLock { $0 = nil }
            gauges.appended(batch.entries)
            for continuation in batch.continuations { continuation.resume() }
            signals.wake()
        } catch {
            let reason = "\(error)"
            failure.withLock { $0 = reason }
            gauges.failed(batch.entries.count)
            logger.critical("journal entries not written", error: error)
            for continuation in batch.continuations {
                continuation.resume(throwing: JournalError.notWritten(reason))
            }
        }
    }

    /// Failing while the last write failed.
    package var health: HealthChecks.Status {
        guard let reason = failure.withLock({ $0 }) else { return .ok }
        return .failing("the journal cannot be written: \(reason)")
    }

    /// The oldest payloads that wait to be shipped, for tests and tools.
    package func waiting(_ kind: JournalEntry.Kind, limit: Int = 1_000) throws -> [[UInt8]] {
        let batch = try store.oldest(kind, limit: limit, maximumBytes: .max)
        return (0..<batch.count).compactMap { batch.entry($0).map(Array.init) }
    }

    /// Writes what waits, then refuses more. Entries not yet shipped stay on the disk for the next start.
    package func close() throws {
        gathering.withLock { $0.isClosed = true }
        queue.sync { drain() }
        try store.close()
    }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
