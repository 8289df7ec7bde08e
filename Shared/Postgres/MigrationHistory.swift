import Foundation

/// The table in which a schema remembers its migrations, and what follows from it. The rules are pure; the SQL is at the
/// end.
struct MigrationHistory {
    struct Entry: Equatable {
        let number: Int
        let name: String
        let checksum: String
        let appliedAt: Date
    }

    let schema: String
    let migrations: [Migration]

    /// - Throws: Code `.migration` when two migrations have one number, or they do not stand in order.
    init(schema: String, migrations: [Migration]) throws {
        for (before, after) in zip(migrations, migrations.dropFirst()) where before.number >= after.number {
            throw PostgresError(.migration, "migration \(after.number) stands behind \(before.number)")
        }
        self.schema = schema
        self.migrations = migrations
    }

    /// What is to be applied, in order.
    ///
    /// - Throws: Code `.migration` when an applied migration was edited or is unknown, or a new one has a lower number
    ///   than one applied, because the schema is then not what the program was written for.
    func pending(after applied: [Entry]) throws -> [Migration] {
        for status in status(after: applied) where status.state == .changed || status.state == .unknown {
            throw PostgresError(
                .migration, "migration \(status.number) \(status.name) of \(schema) is applied but \(status.state)")
        }
        let last = applied.map(\.number).max() ?? Int.min
        let missing = migrations.filter { migration in !applied.contains { $0.number == migration.number } }
        if let late = missing.first(where: { $0.number < last }) {
            throw PostgresError(.migration, "migration \(late.number) is new but \(last) is applied already")
        }
        return missing
    }

    /// What is to be taken back, newest first.
    func undoing(to number: Int, applied: [Entry]) throws -> [Migration] {
        try applied.filter { $0.number > number }.sorted { $0.number > $1.number }.map { entry in
            guard let migration = migrations.first(where: { $0.number == entry.number }) else {
                throw PostgresError(.migration, "migration \(entry.number) is unknown, so it cannot be taken back")
            }
            guard !migration.down.isEmpty else {
                throw PostgresError(.migration, "migration \(entry.number) \(entry.name) has no way back")
            }
            return migration
        }
    }

    func status(after applied: [Entry]) -> [MigrationStatus] {
        let known = migrations.map { migration in
            let entry = applied.first { $0.number == migration.number }
            let state: MigrationStatus.State =
                entry.map { $0.checksum == migration.checksum ? .applied : .changed } ?? .pending
            return MigrationStatus(
                number: migration.number, name: migration.name, state: state, appliedAt: entry?.appliedAt)
        }
        let unknown = applied.filter { entry in !migrations.contains { $0.number == entry.number } }.map {
            MigrationStatus(number: $0.number, name: $0.name, state: .unknown, appliedAt: $0.appliedAt)
        }
        return (known + unknown).sorted { $0.number < $1.number }
    }
}

// MARK: SQL

extension MigrationHistory {
    var creation: String {
        let table = ("\(identifier: schema).migration_history" as SQL).text
        return """
            CREATE TABLE IF NOT EXISTS \(table) (
                number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(), applied_by text NOT NULL DEFAULT session_user);
            -- The service's own role reads it, so that it can say that migrations are missing.
            DO $grant$ BEGIN
                IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = \(Self.literal(schema))) THEN
                    GRANT SELECT ON \(table) TO \(("\(identifier: schema)" as SQL).text);
                END IF;
            END $grant$
            """
    }

    private static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    func insertion(_ migration: Migration) -> SQL {
        """
        INSERT INTO \(identifier: schema).migration_history (number, name, checksum)
        VALUES (\(migration.number), \(migration.name), \(migration.checksum))
        """
    }

    func deletion(_ migration: Migration) -> SQL {
        "DELETE FROM \(identifier: schema).migration_history WHERE number = \(migration.number)"
    }

    var selection: SQL {
        "SELECT number, name, checksum, applied_at FROM \(identifier: schema).migration_history ORDER BY number"
    }

    /// Whether there is a history to read.
    var existence: SQL {
        "SELECT to_regclass(\("\"\(schema)\".migration_history")) IS NOT NULL AS found"
    }

    static func entries(_ rows: PostgresResult) throws -> [Entry] {
        try rows.map { row in
            Entry(
                number: try row.decode("number"), name: try row.decode("name"), checksum: try row.decode("checksum"),
                appliedAt: try row.decode("applied_at"))
        }
    }
}
