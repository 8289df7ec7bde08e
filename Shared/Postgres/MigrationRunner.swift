package import Logging

/// Brings one service's schema up and down.
package struct MigrationRunner: Sendable {
    let configuration: PostgresConfiguration
    let schema: String
    let migrations: [Migration]
    let logger: Logger

    package init(url: String, schema: String, migrations: [Migration], logger: Logger) throws {
        configuration = try PostgresConfiguration(url: url)
        self.schema = schema
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies what is pending.
    package func up() async throws {}

    /// Takes back everything above `number`.
    package func down(to number: Int) async throws {}

    package func status() async throws -> [MigrationStatus] { [] }
}
