import Foundation
import Logging
import Reactor
import Support
import Testing

@testable import Postgres

/// A pool on a fresh database, shut down and dropped afterwards; fails the test when a connection is still in use.
func withPool(
    maximum: Int = 4, url: (@Sendable (TestDatabase) -> String)? = nil,
    configure: @Sendable (inout PostgresConfiguration) -> Void = { _ in },
    _ body: @Sendable (PostgresPool, TestDatabase) async throws -> Void
) async throws {
    try await withTestDatabase(provisioned: false) { database in
        var configuration = try PostgresConfiguration(url: url?(database) ?? database.superuserURL)
        configuration.minimumConnections = 0
        configuration.maximumConnections = maximum
        // So long that no test fails because the machine is busy.
        configuration.waiterDeadline = .seconds(90)
        configure(&configuration)
        let pool = PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
        try await body(pool, database)
        try await eventually { pool.statistics.busy == 0 }
        await pool.shutDown()
        try await eventually { pool.statistics.idle + pool.statistics.busy + pool.statistics.connecting == 0 }
    }
}

/// Waits until `condition` holds; the suite's time limit is the bound.
func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

extension TestDatabase {
    /// Where the server listens.
    var port: UInt16 { UInt16(URLComponents(string: superuserURL)?.port ?? 5432) }

    /// How many server processes of this database fulfil a condition, the asking one apart.
    func count(where condition: SQL) async throws -> Int {
        let pool = try makePool(maximumConnections: 1)
        let rows = try await pool.query(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = \(name) AND pid <> pg_backend_pid() AND \(fragment: condition)
            """)
        await pool.shutDown()
        return try rows[0].decode(0)
    }

    /// Ends the server processes of this database that fulfil a condition.
    func terminate(where condition: SQL = "true") async throws {
        let pool = try makePool(maximumConnections: 1)
        _ = try await pool.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = \(name) AND pid <> pg_backend_pid() AND \(fragment: condition)
            """)
        await pool.shutDown()
    }
}

/// The error that `body` throws; a failure when it throws none or another kind.
func postgresError(
    _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async -> PostgresError {
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record("\(error) was thrown", sourceLocation: sourceLocation)
    }
    return PostgresError(.decoding, "no error")
}
