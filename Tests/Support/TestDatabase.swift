import Foundation
package import Logging
package import Postgres

/// A database of its own for one suite, on the server that `ASTERISM_TEST_DATABASE_URL` names, and gone after it.
///
///     try await withTestDatabase { database in
///         try await MigrationRunner(url: database.url(role: "rag_migrator"), …).up()
///         let pool = try database.makePool(role: "rag")
///         …
///     }
package final class TestDatabase: Sendable {
    package let name: String
    /// Logs in as the superuser, who is not subject to row-level security: for looking behind the service's back.
    package let superuserURL: String
    let administrator: PostgresPool

    private init(name: String, superuserURL: String, administrator: PostgresPool) {
        self.name = name
        self.superuserURL = superuserURL
        self.administrator = administrator
    }

    /// - Parameter provisioned: With the roles, schemas and extension of `Deploy/provision.sql`.
    package static func create(provisioned: Bool = true) async throws -> TestDatabase {
        guard let url = ProcessInfo.processInfo.environment["ASTERISM_TEST_DATABASE_URL"] else {
            throw TestDatabaseMissing()
        }
        // The random part keeps suites, processes and runs apart.
        let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        let administrator = try makePool(url: url, maximumConnections: 1)
        // UTF-8 whatever the cluster has; template1 may be in use, template0 never is.
        _ = try await administrator.query("CREATE DATABASE \(identifier: name) TEMPLATE template0 ENCODING 'UTF8'")
        let database = TestDatabase(
            name: name, superuserURL: try replacing(url, database: name), administrator: administrator)
        if provisioned {
            do { try await database.provision() } catch {
                try? await database.drop()
                throw error
            }
        }
        return database
    }

    private func provision() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = try String(contentsOf: root.appending(path: "Deploy/provision.sql"), encoding: .utf8)
        let pool = try makePool(maximumConnections: 1)
        try await pool.execute(script: script)
        await pool.shutDown()
    }

    /// The URL of this database for a role; the test server trusts local connections, so there is no password.
    package func url(role: String) -> String {
        guard var components = URLComponents(string: superuserURL) else { return superuserURL }
        components.user = role
        components.password = nil
        return components.string ?? superuserURL
    }

    /// A pool that logs in as `role`, or as the superuser.
    package func makePool(role: String? = nil, maximumConnections: Int = 8) throws -> PostgresPool {
        try Self.makePool(url: role.map(url(role:)) ?? superuserURL, maximumConnections: maximumConnections)
    }

    /// Removes the database, also from under connections that are still open.
    package func drop() async throws {
        _ = try await administrator.query("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
        await administrator.shutDown()
    }

    private static func makePool(url: String, maximumConnections: Int) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: url)
        configuration.minimumConnections = 0
        configuration.maximumConnections = maximumConnections
        // Creating a database waits for the checkpoints that others cause.
        configuration.statementTimeout = .seconds(60)
        configuration.waiterDeadline = .seconds(60)
        return PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
    }

    private static func replacing(_ url: String, database: String) throws -> String {
        guard var components = URLComponents(string: url) else { throw TestDatabaseMissing() }
        components.path = "/" + database
        return components.string ?? url
    }
}

/// Runs `body` with a new database and drops it afterwards, also when `body` throws.
package func withTestDatabase<R: Sendable>(
    provisioned: Bool = true, _ body: @Sendable (TestDatabase) async throws -> R
) async throws -> R {
    let database = try await TestDatabase.create(provisioned: provisioned)
    do {
        let value = try await body(database)
        try await database.drop()
        return value
    } catch {
        try? await database.drop()
        throw error
    }
}

/// Thrown when no test server is named.
package struct TestDatabaseMissing: Error, CustomStringConvertible {
    package let description =
        "ASTERISM_TEST_DATABASE_URL names no server; `make test` starts one and sets it (see .local/test.env)"
}

extension Logger {
    /// Says nothing below an error, so that a test's output shows only what it is about.
    package static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }
}
