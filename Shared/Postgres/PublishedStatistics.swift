import Synchronization

/// The latest statistics, written by the loop and read by anyone.
final class PublishedStatistics: Sendable {
    private let latest = Mutex(PostgresPoolStatistics())

    func set(_ statistics: PostgresPoolStatistics) { latest.withLock { $0 = statistics } }
    func get() -> PostgresPoolStatistics { latest.withLock { $0 } }
}
