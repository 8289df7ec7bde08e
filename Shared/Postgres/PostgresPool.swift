package import Logging
package import Reactor

/// Connections to one database, shared by all of a service.
package final class PostgresPool: Sendable {
    private let configuration: PostgresConfiguration

    package init(configuration: PostgresConfiguration, reactor: Reactor, logger: Logger) {
        self.configuration = configuration
    }

    /// Keeps the pool alive until the task is cancelled, then closes every connection.
    package func run() async throws {
        while !Task.isCancelled { try await Task.sleep(for: .seconds(60)) }
    }

    package var statistics: PostgresPoolStatistics { PostgresPoolStatistics() }

    /// Runs one statement in a transaction of its own.
    package func query(
        _ sql: SQL, file: String = #fileID, line: Int = #line
    ) async throws -> PostgresResult {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Runs statements as one transaction that travels in one message: all take effect or none does.
    ///
    /// - Parameter settings: Server settings for this transaction only, such as `("app.tenant", id)`.
    package func pipeline(
        _ statements: [SQL], settings: [(String, String)] = [], file: String = #fileID, line: Int = #line
    ) async throws -> [PostgresResult] {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Runs `body` in a transaction on one connection; commits when it returns and rolls back when it throws.
    package func withTransaction<R: Sendable>(
        settings: [(String, String)] = [], isolation: PostgresIsolation = .readCommitted,
        file: String = #fileID, line: Int = #line,
        _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Adds rows by `COPY … FROM STDIN` in a transaction of its own. Returns how many.
    @discardableResult
    package func copy(
        into table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        settings: [(String, String)] = [], file: String = #fileID, line: Int = #line
    ) async throws -> Int {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Notifications of a channel, on a connection of its own that is made again when it breaks.
    package func listen(_ channel: String) -> AsyncThrowingStream<PostgresNotification, any Error> {
        AsyncThrowingStream { $0.finish(throwing: PostgresError(.closed, "the pool is not running")) }
    }
}
