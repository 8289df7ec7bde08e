import Logging

/// The connection that migrates: holds the lock, has become the owner, and applies one migration after the other.
struct MigrationSession: Sendable {
    let pool: PostgresPool
    let history: MigrationHistory
    let role: String?
    let lockTimeout: Duration
    let lockAttempts: Int
    let logger: Logger

    /// Waits until no one else migrates this schema, at most ten minutes. The lock ends with the connection.
    ///
    /// Asks again and again rather than waiting inside the server: a waiting statement is a transaction that
    /// `CREATE INDEX CONCURRENTLY` of whoever has the lock would wait for, for ever.
    func lock() async throws {
        let key = "asterism.migrations." + history.schema
        for _ in 0..<3000 {
            let rows = try await pool.query("SELECT pg_try_advisory_lock(hashtextextended(\(key), 0))")
            if try rows.first?.decode(0, as: Bool.self) == true { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw PostgresError(.timeout, "someone else has been migrating \(history.schema) for ten minutes")
    }

    func createHistory() async throws {
        try await pool.withTransaction { transaction in
            try await becomeOwner(transaction)
            try await transaction.execute(script: history.creation)
        }
    }

    func readHistory() async throws -> [MigrationHistory.Entry] {
        try await pool.withTransaction { transaction in
            try await becomeOwner(transaction)
            let found = try await transaction.query(history.existence)
            guard try found.first?.decode("found", as: Bool.self) == true else { return [] }
            return try MigrationHistory.entries(try await transaction.query(history.selection))
        }
    }

    /// Runs the statements of a migration and changes the history with them.
    func apply(_ statements: [String], of migration: Migration, record: SQL) async throws {
        try await retryingLocks {
            if migration.isTransactional {
                try await applyInTransaction(statements, record)
            } else {
                try await applyOneByOne(statements, record)
            }
        }
    }

    private func applyInTransaction(_ statements: [String], _ record: SQL) async throws {
        let settings = [("lock_timeout", "\(lockTimeout.wholeMilliseconds)ms")]
        try await pool.withTransaction(settings: settings) { transaction in
            try await becomeOwner(transaction)
            for statement in statements { try await transaction.execute(script: statement) }
            // A migration may have become someone else to give functions away.
            try await becomeOwner(transaction)
            _ = try await transaction.query(record)
        }
    }

    private func becomeOwner(_ transaction: PostgresTransaction) async throws {
        guard let role else { return }
        _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)")
    }

    /// Statements that cannot be in a transaction: role and timeout are set for the session meanwhile.
    private func applyOneByOne(_ statements: [String], _ record: SQL) async throws {
        _ = try await pool.query("SELECT set_config('lock_timeout', \("\(lockTimeout.wholeMilliseconds)ms"), false)")
        if let role { _ = try await pool.query("SET ROLE \(identifier: role)") }
        for statement in statements { try await pool.execute(script: statement) }
        _ = try await pool.query(record)
        // After a failure this is either done again or the connection is closed.
        _ = try await pool.query("RESET ROLE")
        _ = try await pool.query("RESET lock_timeout")
    }

    private func retryingLocks(_ body: () async throws -> Void) async throws {
        for attempt in 1... {
            do {
                return try await body()
            } catch let error as PostgresError where error.isLockNotAvailable && attempt < lockAttempts {
                logger.notice("migration waits for a quiet moment", metadata: ["attempt": "\(attempt)"])
                // Full jitter, growing to six seconds, so the traffic that was held up can pass.
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...min(6000, 400 << attempt))))
            }
        }
    }
}
