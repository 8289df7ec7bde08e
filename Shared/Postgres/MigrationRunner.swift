package import Logging
import Reactor

/// Brings one service's schema up and down.
///
/// Every replica may run it at the same time: an advisory lock lets one work and the others find it done. Each
/// migration is one transaction together with its entry in `<schema>.migration_history`, unless it opts out; one that
/// opted out and failed half way is run again from its start. No statement waits for a table's lock longer
/// than `lockTimeout`, because all other statements on the table would queue behind it; it is tried again instead.
package struct MigrationRunner: Sendable {
    private let configuration: PostgresConfiguration
    private let history: MigrationHistory
    private let role: String?
    private let logger: Logger

    /// How long a migration waits for a lock while all traffic on the table waits behind it.
    package var lockTimeout: Duration = .seconds(2)
    /// With the pauses between them, about half a minute of looking for a quiet moment.
    package var lockAttempts = 10

    /// - Parameters:
    ///   - url: Of a role that may become `role`, such as `rag_migrator`.
    ///   - schema: Has to exist.
    ///   - role: Who owns what is made: `<schema>_owner` if not given; nil for whoever logs in.
    ///   - migrations: In the order of their numbers.
    package init(url: String, schema: String, migrations: [Migration], logger: Logger) throws {
        try self.init(url: url, schema: schema, role: "\(schema)_owner", migrations: migrations, logger: logger)
    }

    package init(url: String, schema: String, role: String?, migrations: [Migration], logger: Logger) throws {
        var configuration = try PostgresConfiguration(url: url)
        configuration.minimumConnections = 0
        configuration.maximumConnections = 2
        // An index on a large table takes as long as it takes, and a replica waits while another migrates.
        configuration.statementTimeout = .zero
        configuration.idleTransactionTimeout = .zero
        // Migrations run at start, when the database may be starting as well.
        configuration.waiterDeadline = .seconds(30)
        self.configuration = configuration
        self.role = role
        self.logger = logger
        history = try MigrationHistory(schema: schema, migrations: migrations)
    }

    /// Applies what is pending. Throws code `.migration` when the history contradicts the source.
    package func up() async throws {
        try await withLockedHistory { session, applied in
            for migration in try history.pending(after: applied) {
                logger.info("migrating up", metadata: metadata(migration))
                try await session.apply(migration.up, of: migration, record: history.insertion(migration))
            }
        }
    }

    /// Takes back everything above `number`, newest first. Throws before the first step if one cannot be taken back.
    package func down(to number: Int) async throws {
        try await withLockedHistory { session, applied in
            for migration in try history.undoing(to: number, applied: applied) {
                logger.info("migrating down", metadata: metadata(migration))
                try await session.apply(migration.down, of: migration, record: history.deletion(migration))
            }
        }
    }

    /// What is applied and what is not. Changes nothing and waits for nobody.
    package func status() async throws -> [MigrationStatus] {
        try await withSession { session in
            history.status(after: try await session.readHistory())
        }
    }

    private func withLockedHistory(
        _ body: @Sendable (MigrationSession, [MigrationHistory.Entry]) async throws -> Void
    ) async throws {
        try await withSession { session in
            try await session.lock()
            try await session.createHistory()
            try await body(session, try await session.readHistory())
        }
    }

    /// One connection, because the lock and the role belong to it; closing it gives both up.
    private func withSession<R: Sendable>(_ body: @Sendable (MigrationSession) async throws -> R) async throws -> R {
        let reactor = try Reactor(name: "migrations")
        var configuration = configuration
        configuration.maximumConnections = 1
        // Never replaced: the next one would not hold the lock.
        configuration.maximumAge = .seconds(86_400 * 365)
        configuration.idleTimeout = configuration.maximumAge
        configuration.minimumConnections = 1
        let pool = PostgresPool(configuration: configuration, reactor: reactor, logger: logger)
        let session = MigrationSession(
            pool: pool, history: history, role: role, lockTimeout: lockTimeout, lockAttempts: lockAttempts,
            logger: logger)
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body(session)) } catch { outcome = .failure(error) }
        await pool.shutDown()
        reactor.stop()
        return try outcome.get()
    }

    private func metadata(_ migration: Migration) -> Logger.Metadata {
        ["schema": "\(history.schema)", "migration": "\(migration.number) \(migration.name)"]
    }
}
