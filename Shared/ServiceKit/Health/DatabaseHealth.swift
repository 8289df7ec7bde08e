import Logging
import Postgres
import Synchronization

/// Whether PostgreSQL answers and has every migration of this program.
final class DatabaseHealth: Sendable {
    private let pool: PostgresPool
    private let schema: String
    private let expected: [Int]
    private let isMigrated = Mutex(false)

    init(pool: PostgresPool, schema: String, migrations: [Migration]) {
        self.pool = pool
        self.schema = schema
        expected = migrations.map(\.number).sorted()
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
            let pending = try await pending()
            if let first = pending.first {
                return .failing("\(pending.count) migrations are pending, the first is \(first)")
            }
            isMigrated.withLock { $0 = true }
            return .ok
        } catch {
            return .failing("the migrations cannot be read: \(Self.reason(error))")
        }
    }

    /// A schema without a history has none of them.
    private func pending() async throws -> [Int] {
        do {
            let rows = try await pool.query("SELECT number FROM \(identifier: schema).migration_history")
            let applied = Set(try rows.map { try $0.decode("number", as: Int.self) })
            return expected.filter { !applied.contains($0) }
        } catch let error as PostgresError where error.sqlState == "42P01" {
            return expected
        }
    }

    /// The code alone: `/readyz` is read by people who may not know where the database is.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? PostgresError else { return "error" }
        return error.sqlState.map { "\(error.code.rawValue) \($0)" } ?? error.code.rawValue
    }
}
