import Contracts
package import Postgres

extension TenantScope {
    /// What row-level security reads (`current_setting('app.tenant', true)`), for one transaction.
    var settings: [(String, String)] { [("app.tenant", tenant.description)] }
}

extension PostgresPool {
    /// One statement in a transaction of the tenant, sent in one message. The result is empty only if the driver
    /// answered no statement.
    package func query(
        _ sql: SQL, in scope: TenantScope, file: String = #fileID, line: Int = #line
    ) async throws -> PostgresResult {
        let results = try await pipeline([sql], settings: scope.settings, file: file, line: line)
        guard let result = results.last else {
            throw APIError(.internalError, internalReason: "a pipeline of one statement answered nothing")
        }
        return result
    }

    /// Several statements in one transaction of the tenant, sent in one message.
    package func pipeline(
        _ statements: [SQL], in scope: TenantScope, file: String = #fileID, line: Int = #line
    ) async throws -> [PostgresResult] {
        try await pipeline(statements, settings: scope.settings, file: file, line: line)
    }

    /// A transaction of the tenant in which later statements depend on earlier answers. Rolls back when `body` throws.
    package func withTransaction<R: Sendable>(
        in scope: TenantScope, isolation: PostgresIsolation = .readCommitted, file: String = #fileID,
        line: Int = #line, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try await withTransaction(
            settings: scope.settings, isolation: isolation, file: file, line: line, body)
    }

    /// `COPY … FROM STDIN` in a transaction of the tenant. PostgreSQL refuses COPY into a table with row-level
    /// security, so this serves staging tables; into a tenant's table, insert from arrays with `unnest`.
    @discardableResult
    package func copy(
        into table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        in scope: TenantScope, file: String = #fileID, line: Int = #line
    ) async throws -> Int {
        try await copy(
            into: table, columns: columns, rows: rows, settings: scope.settings, file: file, line: line)
    }
}

extension PostgresTransaction {
    /// The settings of a tenant for the rest of this transaction, for a worker that learns the tenant inside of it.
    package func enter(_ scope: TenantScope, file: String = #fileID, line: Int = #line) async throws {
        _ = try await query(
            "SELECT set_config('app.tenant', \(scope.tenant.description), true)", file: file, line: line)
    }
}
