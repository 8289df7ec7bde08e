/// A transaction under way on a connection of its own. Given to the body of `withTransaction` and of no use after it.
package final class PostgresTransaction: Sendable {
    package func query(
        _ sql: SQL, file: String = #fileID, line: Int = #line
    ) async throws -> PostgresResult {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Several statements in one message. The first that fails ends the transaction.
    package func pipeline(
        _ statements: [SQL], file: String = #fileID, line: Int = #line
    ) async throws -> [PostgresResult] {
        throw PostgresError(.closed, "the pool is not running")
    }

    /// Adds rows by `COPY … FROM STDIN`. Returns how many.
    @discardableResult
    package func copy(
        into table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        file: String = #fileID, line: Int = #line
    ) async throws -> Int {
        throw PostgresError(.closed, "the pool is not running")
    }
}
