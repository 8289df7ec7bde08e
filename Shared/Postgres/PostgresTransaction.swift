/// A transaction under way on a connection of its own. Given to the body of `withTransaction` and of no use after it.
///
/// Statements run one after the other also when several tasks send them. After one failed the server refuses all
/// further ones (SQLSTATE 25P02).
package final class PostgresTransaction: Sendable {
    private let pool: PostgresPool
    private let lease: UInt64
    private let opening: [SQL]

    init(pool: PostgresPool, lease: UInt64, opening: [SQL]) {
        self.pool = pool
        self.lease = lease
        self.opening = opening
    }

    package func query(
        _ sql: SQL, file: String = #fileID, line: Int = #line
    ) async throws -> PostgresResult {
        let results = try await pipeline([sql], file: file, line: line)
        guard let result = results.first else { throw PostgresError(.connectionLost, "the server sent no result") }
        return result
    }

    /// Several statements in one message. The first that fails ends the transaction.
    package func pipeline(
        _ statements: [SQL], file: String = #fileID, line: Int = #line
    ) async throws -> [PostgresResult] {
        try await Place(file, line, statements).locate {
            try await run(.pipeline(prelude: [], statements: statements))
        }
    }

    /// Adds rows by `COPY … FROM STDIN`. Returns how many.
    ///
    /// Values travel as text, so the server converts an `Int` for an `integer` column or a `String` for `jsonb`. Rows
    /// are drawn from the sequence as fast as the server takes them.
    /// - Parameter table: One name, or `schema.table`.
    @discardableResult
    package func copy(
        into table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        file: String = #fileID, line: Int = #line
    ) async throws -> Int {
        let sql = SQL.copy(into: table, columns: columns)
        return try await Place(file, line, [sql]).locate {
            _ = try await run(.copyBegin(sql.text))
            do {
                try await send(rows, width: columns.count)
            } catch {
                // Tells the server to forget the rows; the reason of the failure is the error at hand.
                _ = try? await run(.copyEnd(failure: "the rows ended early"))
                throw error
            }
            return try await run(.copyEnd(failure: nil)).first?.affectedRows ?? 0
        }
    }

    private func send(_ rows: some Sequence<[any PostgresEncodable]> & Sendable, width: Int) async throws {
        var encoder = CopyEncoder()
        for row in rows {
            try encoder.append(row, width: width)
            if encoder.isFull { _ = try await run(.copyRows(encoder.take())) }
        }
        if !encoder.isEmpty { _ = try await run(.copyRows(encoder.take())) }
    }

    /// Runs text that may hold several statements, by the simple protocol. For schemas and migrations.
    package func execute(script: String, file: String = #fileID, line: Int = #line) async throws {
        try await Place(file, line, [SQL(unsafeRaw: script)]).locate {
            _ = try await run(.script(script))
        }
    }

    private func run(_ work: Work) async throws -> [PostgresResult] {
        try await pool.run(work, lease: lease, opening: opening)
    }
}
