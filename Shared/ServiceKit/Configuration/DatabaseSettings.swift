package import Postgres

/// How the service reaches its PostgreSQL schema.
///
/// ## Configuration keys
/// - `DATABASE_URL` (secret, required): `postgres://user:password@host:port/database?sslmode=verify-full`, the role of
///   the service at run time.
/// - `DATABASE_MAXIMUM_CONNECTIONS` (default 16), `DATABASE_MINIMUM_CONNECTIONS` (default 2): bounds of the pool.
///   Sixteen saturate four cores of PostgreSQL; replicas times sixteen must stay below its `max_connections`.
/// - `DATABASE_STATEMENT_TIMEOUT` (default `15s`), `DATABASE_CONNECT_TIMEOUT` (default `3s`).
/// - `DATABASE_WAIT` (default `2s`): how long a request waits for a connection before it is answered 503.
package struct DatabaseSettings: Sendable {
    package var configuration: PostgresConfiguration

    package init(_ settings: Settings) throws(SettingsError) {
        let url = try settings.secret("DATABASE_URL")
        guard var configuration = try? PostgresConfiguration(url: url) else {
            // The parser's own message may quote the password.
            throw SettingsError("DATABASE_URL", "is not a postgres:// URL")
        }
        configuration.maximumConnections = try settings.integer(
            "DATABASE_MAXIMUM_CONNECTIONS", default: 16, in: 1...1000)
        configuration.minimumConnections = min(
            try settings.integer("DATABASE_MINIMUM_CONNECTIONS", default: 2, in: 0...1000),
            configuration.maximumConnections)
        configuration.statementTimeout = try settings.duration(
            "DATABASE_STATEMENT_TIMEOUT", default: .seconds(15), in: .milliseconds(10) ... .seconds(3600))
        configuration.connectTimeout = try settings.duration(
            "DATABASE_CONNECT_TIMEOUT", default: .seconds(3), in: .milliseconds(10) ... .seconds(60))
        configuration.waiterDeadline = try settings.duration(
            "DATABASE_WAIT", default: .seconds(2), in: .milliseconds(10) ... .seconds(60))
        self.configuration = configuration
    }
}
