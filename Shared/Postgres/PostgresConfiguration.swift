/// Where the database is and how the pool behaves. Every wait has a bound.
package struct PostgresConfiguration: Sendable {
    /// Where to connect and as whom, in libpq's words (`host`, `port`, `user`, `password`, `dbname`, `sslmode`, …).
    var connection: [String: String]

    /// Kept open also when nobody asks, so that the first requests after a quiet time find one ready.
    package var minimumConnections = 1
    /// Sixteen queries at once are more than a database of a few cores works on at once; further ones wait here,
    /// which costs less than a server process each.
    package var maximumConnections = 16
    /// To reach the server, speak TLS and log in.
    package var connectTimeout: Duration = .seconds(5)
    /// The server stops a statement that takes longer. Set for the session; `SET LOCAL statement_timeout` overrides.
    package var statementTimeout: Duration = .seconds(30)
    /// How much longer than `statementTimeout` we wait for the server's word before the connection is given up:
    /// it covers a server that is gone without closing the connection.
    package var answerGrace: Duration = .seconds(5)
    /// The server ends a transaction that waits for our next statement longer than this, and frees its locks.
    package var idleTransactionTimeout: Duration = .seconds(60)
    /// Callers that may wait for a connection; the next is refused at once. A thousand waiting callers mean
    /// that the answers would come too late anyway.
    package var maximumWaiters = 1024
    /// How long a caller waits for a connection.
    package var waiterDeadline: Duration = .seconds(5)
    /// A connection is replaced after this time, less up to a tenth by chance so that not all go at once: server
    /// processes grow with use, and a failover behind a name is noticed.
    package var maximumAge: Duration = .seconds(1800)
    /// A connection beyond the minimum is closed when unused for this long.
    package var idleTimeout: Duration = .seconds(60)
    /// An unused connection is asked for a sign of life this often, so a caller does not find a dead one.
    package var healthCheckInterval: Duration = .seconds(15)
    /// Prepared statements kept on each connection; the least recently used goes first. A service has some
    /// dozens, each a few tens of kilobytes in the server.
    package var maximumPreparedStatements = 256

    /// Reads `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=…`.
    ///
    /// Several hosts may be given, separated by commas. A host that begins with `/` (percent-encoded, or as
    /// `?host=/var/run/postgresql`) is the directory of a Unix socket. Every libpq connection option may stand behind
    /// the question mark. Throws code `.invalidConfiguration`, without the password in the message.
    package init(url: String) throws {
        connection = try ConnectionURL.parse(url)
    }

    /// The same server, logged in as someone else or using another database.
    package func replacing(user: String? = nil, database: String? = nil) -> PostgresConfiguration {
        var copy = self
        if let user { copy.connection["user"] = user }
        if let database { copy.connection["dbname"] = database }
        return copy
    }
}

extension PostgresConfiguration: CustomStringConvertible {
    /// Without the password.
    package var description: String {
        connection.filter { !$0.key.contains("password") }.map { "\($0.key)=\($0.value)" }.sorted()
            .joined(separator: " ")
    }
}
