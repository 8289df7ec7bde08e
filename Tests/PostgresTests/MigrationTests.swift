import Foundation
import Logging
import Support
import Testing

@testable import Postgres

@Suite("Migrations", .timeLimit(.minutes(2)))
struct MigrationTests {
    static let first = Migration(
        1, "documents",
        up: [
            """
            CREATE TABLE rag.documents (tenant_id uuid NOT NULL, id bigint, title text, PRIMARY KEY (tenant_id, id));
            GRANT SELECT, INSERT ON rag.documents TO rag
            """
        ],
        down: ["DROP TABLE rag.documents"])
    static let second = Migration(
        2, "titles", up: ["CREATE INDEX CONCURRENTLY titles ON rag.documents (title)"],
        down: ["DROP INDEX CONCURRENTLY rag.titles"], isTransactional: false)

    private func runner(_ database: TestDatabase, _ migrations: [Migration]) throws -> MigrationRunner {
        try MigrationRunner(
            url: database.url(role: "rag_migrator"), schema: "rag", migrations: migrations, logger: .quiet)
    }

    private func states(_ runner: MigrationRunner) async throws -> [MigrationStatus.State] {
        try await runner.status().map(\.state)
    }

    @Test("what goes up comes down and goes up again")
    func upDownUp() async throws {
        try await withTestDatabase { database in
            let runner = try runner(database, [Self.first, Self.second])
            #expect(try await states(runner) == [.pending, .pending])
            try await runner.up()
            #expect(try await states(runner) == [.applied, .applied])
            try await runner.up()
            try await runner.down(to: 0)
            #expect(try await states(runner) == [.pending, .pending])
            try await runner.up()
            #expect(try await states(runner) == [.applied, .applied])
            let pool = try database.makePool()
            let owner = try await pool.query("SELECT tableowner FROM pg_tables WHERE tablename = 'documents'")
            #expect(try owner[0].decode(0, as: String.self) == "rag_owner")
        }
    }

    @Test("replicas that migrate at the same time do it once")
    func concurrently() async throws {
        try await withTestDatabase { database in
            let runner = try runner(database, [Self.first, Self.second])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await runner.up() } }
                try await group.waitForAll()
            }
            #expect(try await states(runner) == [.applied, .applied])
        }
    }

    @Test("a migration that fails leaves neither its changes nor an entry")
    func failure() async throws {
        try await withTestDatabase { database in
            let broken = Migration(3, "broken", up: ["CREATE TABLE rag.half (id int)", "SELECT no_such()"], down: [])
            let runner = try runner(database, [Self.first, broken])
            await #expect(throws: PostgresError.self) { try await runner.up() }
            #expect(try await states(runner) == [.applied, .pending])
            let pool = try database.makePool()
            let rows = try await pool.query("SELECT to_regclass('rag.half') IS NULL AS gone")
            #expect(try rows[0].decode("gone", as: Bool.self))
        }
    }

    @Test("a migration that was edited after it was applied is refused")
    func edited() async throws {
        try await withTestDatabase { database in
            try await runner(database, [Self.first]).up()
            let edited = Migration(1, "documents", up: Self.first.up + ["SELECT 1"], down: Self.first.down)
            let runner = try runner(database, [edited])
            #expect(try await states(runner) == [.changed])
            await #expect { try await runner.up() } throws: { ($0 as? PostgresError)?.code == .migration }
        }
    }

    @Test("a table that is locked for a while delays a migration and does not fail it")
    func lockTimeout() async throws {
        try await withTestDatabase { database in
            try await runner(database, [Self.first]).up()
            let alter = Migration(2, "alter", up: ["ALTER TABLE rag.documents ADD body text"], down: [])
            var migrating = try runner(database, [Self.first, alter])
            migrating.lockTimeout = .milliseconds(50)
            let runner = migrating
            let pool = try database.makePool()
            try await pool.withTransaction { transaction in
                _ = try await transaction.query("LOCK TABLE rag.documents IN ACCESS SHARE MODE")
                async let migrated: Void = runner.up()
                // Long enough for the lock to be refused at least once; the test holds for any length.
                try await Task.sleep(for: .milliseconds(200))
                _ = try await transaction.query("COMMIT")
                try await migrated
            }
            #expect(try await states(runner) == [.applied, .applied])
        }
    }

    @Test("the rules of the history hold without a database")
    func rules() throws {
        #expect(throws: PostgresError.self) {
            try MigrationHistory(schema: "s", migrations: [Self.second, Self.first])
        }
        let history = try MigrationHistory(schema: "s", migrations: [Self.first, Self.second])
        func entry(_ migration: Migration, checksum: String? = nil) -> MigrationHistory.Entry {
            MigrationHistory.Entry(
                number: migration.number, name: migration.name, checksum: checksum ?? migration.checksum,
                appliedAt: .distantPast)
        }
        #expect(try history.pending(after: [entry(Self.first)]).map(\.number) == [2])
        #expect(throws: PostgresError.self) { try history.pending(after: [entry(Self.first, checksum: "x")]) }
        #expect(throws: PostgresError.self) { try history.pending(after: [entry(Self.second)]) }
        #expect(throws: PostgresError.self) {
            try history.undoing(
                to: 0,
                applied: [entry(Migration(1, "x", up: [], down: []))]
                    + [entry(Migration(9, "y", up: [], down: []))])
        }
        #expect(try history.undoing(to: 1, applied: [entry(Self.first), entry(Self.second)]).map(\.number) == [2])
        #expect(history.status(after: [entry(Migration(7, "later", up: [], down: []))]).last?.state == .unknown)
    }
}
