/// What went wrong, and where in our code the statement was written.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The server refused the statement; `sqlState` says why.
        case server
        /// No connection could be made: wrong address, refused, TLS, wrong password.
        case connectionFailed
        /// The connection broke while the statement was under way. Whether it took effect is unknown.
        case connectionLost
        /// The statement or the wait for its answer took longer than allowed.
        case timeout
        /// No connection came free in time, or too many callers were waiting already.
        case poolExhausted
        /// The calling task was cancelled. Whether the statement took effect is unknown.
        case cancelled
        /// A column holds something else than was asked for.
        case decoding
        /// The pool is not running or was shut down.
        case closed
        /// The URL or an option cannot be used.
        case invalidConfiguration
        /// The transaction could not commit because an earlier statement in it had failed.
        case transactionAborted
        /// A migration's history does not match its source, or cannot be undone.
        case migration
    }

    package var code: Code
    /// Five characters, see appendix A of the PostgreSQL manual. Nil unless the server said it.
    package var sqlState: String?
    package var message: String
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    package var schema: String?
    package var table: String?
    package var column: String?
    /// The statement's text without its values.
    package var query: String?
    /// Where `query` was called.
    package var file: String?
    package var line: Int?

    /// Which statement of a pipeline failed, from zero.
    var statementIndex: Int?

    package init(_ code: Code, _ message: String, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    /// For the operator's log; names no values of parameters, but `detail` may quote a row.
    package var description: String {
        var text = "\(code.rawValue)"
        if let sqlState { text += " [\(sqlState)]" }
        text += ": \(message)"
        if let detail { text += " (\(detail))" }
        if let query { text += " in «\(query.prefix(200))»" }
        if let file, let line { text += " at \(file):\(line)" }
        return text
    }
}

extension PostgresError {
    package var isUniqueViolation: Bool { sqlState == "23505" }
    package var isForeignKeyViolation: Bool { sqlState == "23503" }
    package var isCheckViolation: Bool { sqlState == "23514" }
    package var isNotNullViolation: Bool { sqlState == "23502" }
    package var isSerializationFailure: Bool { sqlState == "40001" }
    package var isDeadlock: Bool { sqlState == "40P01" }
    package var isLockNotAvailable: Bool { sqlState == "55P03" }
    package var isPrivilegeMissing: Bool { sqlState == "42501" }

    /// True when the server rolled everything back and the same transaction may succeed if it is tried again.
    ///
    /// Besides conflicts with others that is a prepared statement that the server lost or outlived, inside of a
    /// transaction; outside of one it is tried again without anyone noticing.
    package var isTransient: Bool {
        isSerializationFailure || isDeadlock || isLockNotAvailable || isStalePlan
    }

    var isStalePlan: Bool {
        // invalid_sql_statement_name, and feature_not_supported with these words (`plancache.c`).
        sqlState == "26000"
            || sqlState == "0A000" && message.contains("cached plan must not change result type")
    }

    /// True when the database cannot be used right now, whatever the statement: answer 503.
    package var isUnavailable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .poolExhausted, .closed: true
        // 53: out of connections, memory or disk. 57P0x: starting or shutting down.
        case .server: sqlState.map { $0.hasPrefix("53") || $0.hasPrefix("57P") } ?? false
        case .timeout, .cancelled, .decoding, .invalidConfiguration, .transactionAborted, .migration: false
        }
    }

    func ofStatement(_ index: Int) -> PostgresError {
        var error = self
        error.statementIndex = index
        return error
    }

    func at(file: String, line: Int, query: String?) -> PostgresError {
        var error = self
        error.file = file
        error.line = line
        error.query = query
        return error
    }
}
