import Contracts
import Foundation
import Logging
import Postgres
import Synchronization

/// Follows the list of changes in `gateway.changes`, so that what the gateway remembers is never older than a second.
///
/// It asks four times a second instead of listening: the answer also proves that the connection works, which is what
/// `isCurrent` is about, and it passes through any connection pooler. While it is not current nothing remembered may
/// be used, so a gateway that is cut off from its database lets nobody in on old knowledge.
final class ChangeFollower: Sendable {
    /// What is remembered is at most this old plus the time of one query, for a revocation within a second.
    private static let interval = Duration.milliseconds(250)
    private static let maximumAge = Duration.milliseconds(900)
    /// More changes at once than this, and everything is forgotten instead.
    private static let maximumChanges = 1_000

    enum Change: Sendable {
        case tenant(TenantID)
        case everything
    }

    private struct State {
        var revision: Int64 = -1
        var confirmedAt: ContinuousClock.Instant?
        var epoch: UInt64 = 0
    }

    private let pool: PostgresPool
    private let logger: Logger
    private let state = Mutex(State())

    init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Whether every change older than a second has been taken notice of.
    var isCurrent: Bool {
        guard let confirmed = state.withLock({ $0.confirmedAt }) else { return false }
        return confirmed.duration(to: .now) < Self.maximumAge
    }

    /// Counts the changes seen. What was read from the database before it moved must not be remembered after.
    var epoch: UInt64 { state.withLock { $0.epoch } }

    /// Follows until the task is cancelled. An outage is logged once, at its beginning and its end.
    ///
    /// - Parameter forget: Called for every change, before `isCurrent` says so again.
    func run(_ forget: @Sendable (Change) -> Void) async throws {
        var isFailing = false
        while !Task.isCancelled {
            do {
                try await poll(forget)
                if isFailing { logger.notice("following configuration changes again") }
                isFailing = false
            } catch {
                try Task.checkCancellation()
                if !isFailing { logger.warning("cannot follow configuration changes", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func poll(_ forget: (Change) -> Void) async throws {
        let asked = ContinuousClock.now
        let seen = state.withLock { $0.revision }
        let rows = try await pool.query(
            """
            SELECT revision, changed_tenant, is_complete
            FROM gateway.changes_after(\(seen), \(Int32(Self.maximumChanges)))
            """)
        var latest = seen
        var isComplete = false
        var changed: [TenantID] = []
        for row in rows {
            if let tenant = try row.decode("changed_tenant", as: UUID?.self) {
                changed.append(TenantID(tenant))
            } else {
                latest = try row.decode("revision")
                isComplete = try row.decode("is_complete")
            }
        }
        if latest != seen {
            state.withLock { $0.epoch += 1 }
            for change in isComplete ? Set(changed).map(Change.tenant) : [.everything] { forget(change) }
        }
        state.withLock { state in
            state.revision = latest
            state.confirmedAt = asked
        }
    }
}
