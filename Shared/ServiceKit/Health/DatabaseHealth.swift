import Logging
import Postgres
import Synchronization

/// Whether PostgreSQL answers and has every migration of this program.
final class DatabaseHealth: Sendable {
    private let pool: PostgresPool
    private let runner: MigrationRunner
    private let isMigrated = Mutex(false)

    init(pool: PostgresPool, runner: MigrationRunner) {
        self.pool = pool
        self.runner = runner
    }

    func reachability() async -> HealthChecks.Status {
        do {
            _ = try await pool.query("SELECT 1")
            return .ok
        } catch {
            return .failing("PostgreSQL does not answer: \(Self.reason(error))")
        }
    }

    /// Asked until the answer is yes: a schema does not go back under a running service.
    func migrations() async -> HealthChecks.Status {
        if isMigrated.withLock({ $0 }) { return .ok }
        do {
            let pending = try await runner.status().filter { $0.state == .pending }
            guard pending.isEmpty else {
                return .failing("\(pending.count) migrations are pending, the first is \(pending[0].number)")
            }
            isMigrated.withLock { $0 = true }
            return .ok
        } catch {
            return .failing("the migrations cannot be read: \(Self.reason(error))")
        }
    }

    /// The code alone: `/readyz` is read by people who may not know where the database is.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? PostgresError else { return "error" }
        return error.sqlState.map { "\(error.code.rawValue) \($0)" } ?? error.code.rawValue
    }
}
