import Postgres

extension TestDatabase {
    /// Ends every connection to this database and lets no new one in: what a client sees when the server is gone,
    /// without taking it from the other suites.
    package func refuseConnections() async throws {
        _ = try await administrator.query("ALTER DATABASE \(identifier: name) WITH ALLOW_CONNECTIONS false")
        _ = try await administrator.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(name)")
    }

    /// Ends an outage.
    package func acceptConnections() async throws {
        _ = try await administrator.query("ALTER DATABASE \(identifier: name) WITH ALLOW_CONNECTIONS true")
    }
}
