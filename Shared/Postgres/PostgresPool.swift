package import Logging
package import Reactor

/// Connections to one database, shared by all of a service.
///
/// Any number of tasks may use it at once. Every call waits for a connection at most `waiterDeadline`, for the server
/// at most `statementTimeout` and a grace, and ends early with code `.cancelled` when its task is cancelled; what is
/// under way at the server is then cancelled too. Errors are `PostgresError` and say where the call stands.
package final class PostgresPool: Sendable {
    private let reactor: Reactor
    private let core: LoopBound<PoolCore>
    private let published = PublishedStatistics()
    let configuration: PostgresConfiguration
    let logger: Logger

    /// Connects at once, in the background. When the last reference goes, all connections are closed.
    package init(configuration: PostgresConfiguration, reactor: Reactor, logger: Logger) {
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
        core = LoopBound(
            PoolCore(configuration: configuration, reactor: reactor, logger: logger, published: published),
            reactor: reactor)
        // A reactor that is stopped or full refuses the first query as well, and that is where it is reported.
        try? reactor.submit { [core] in core.value.start() }
    }

    deinit {
        // A stopped reactor has no connections left to close.
        try? reactor.submit { [core] in core.value.shutDown {} }
    }

    /// Keeps the pool alive until the task is cancelled, then closes every connection.
    package func run() async throws {
        let (cancelled, continuation) = AsyncStream.makeStream(of: Never.self)
        await withTaskCancellationHandler {
            for await _ in cancelled {}
        } onCancel: {
            continuation.finish()
        }
        await shutDown()
    }

    /// Refuses new callers, lets those under way finish for some seconds, and closes every connection.
    package func shutDown() async {
        await withCheckedContinuation { continuation in
            do {
                try reactor.submit { [core] in core.value.shutDown { continuation.resume() } }
            } catch {
                continuation.resume()
            }
        }
    }

    package var statistics: PostgresPoolStatistics { published.get() }

    /// Runs one statement in a transaction of its own.
    package func query(
        _ sql: SQL, file: String = #fileID, line: Int = #line
    ) async throws -> PostgresResult {
        try await Place(file, line, [sql]).locate {
            let output = try await perform(.job(.pipeline(prelude: [], statements: [sql])))
            return try output.onlyResult()
        }
    }

    /// Runs statements as one transaction that travels in one message: all take effect or none does.
    ///
    /// The transaction is the implicit one that the server makes of a pipeline, which is cheaper than BEGIN and COMMIT;
    /// it is READ COMMITTED. For another level or for `SAVEPOINT`, use `withTransaction`.
    /// - Parameter settings: Server settings for this transaction only, such as `("app.tenant", id)`.
    package func pipeline(
        _ statements: [SQL], settings: [(String, String)] = [], file: String = #fileID, line: Int = #line
    ) async throws -> [PostgresResult] {
        try await Place(file, line, statements).locate {
            let prelude = SQL.settings(settings)
            return try await perform(.job(.pipeline(prelude: prelude, statements: statements))).results
        }
    }

    /// Runs `body` in a transaction on one connection; commits when it returns and rolls back when it throws.
    ///
    /// BEGIN and the settings travel with the first statement. Throws `.transactionAborted` when `body` swallowed the
    /// error of a statement, for the server cannot commit then.
    package func withTransaction<R: Sendable>(
        settings: [(String, String)] = [], isolation: PostgresIsolation = .readCommitted,
        file: String = #fileID, line: Int = #line,
        _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let place = Place(file, line, [])
        let lease = try await place.locate { try await perform(.lease).lease }
        let opening = SQL.opening(isolation: isolation, settings: settings)
        let transaction = PostgresTransaction(pool: self, lease: lease, opening: opening)
        let value: R
        do {
            value = try await body(transaction)
        } catch {
            await rollBack(lease)
            throw error
        }
        try await place.locate { try await commit(lease) }
        return value
    }

    /// Adds rows by `COPY … FROM STDIN` in a transaction of its own. Returns how many.
    ///
    /// - Parameter table: One name, or `schema.table`.
    @discardableResult
    package func copy(
        into table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        settings: [(String, String)] = [], file: String = #fileID, line: Int = #line
    ) async throws -> Int {
        try await withTransaction(settings: settings, file: file, line: line) { transaction in
            try await transaction.copy(into: table, columns: columns, rows: rows, file: file, line: line)
        }
    }

    /// Runs text that may hold several statements, by the simple protocol: nothing is bound, nothing is prepared, and
    /// statements that refuse to run in a transaction may stand alone. For schemas and migrations.
    package func execute(
        script: String, file: String = #fileID, line: Int = #line
    ) async throws {
        try await Place(file, line, [SQL(unsafeRaw: script)]).locate {
            _ = try await perform(.job(.script(script)))
        }
    }

    /// Notifications of a channel, on a connection of its own that is made again when it breaks.
    ///
    /// The stream ends when its reader's task is cancelled or the pool is shut down. At most 1,024 notifications wait
    /// for a slow reader, then the oldest is dropped and `mayHaveMissed` says so.
    package func listen(_ channel: String) -> AsyncThrowingStream<PostgresNotification, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: PostgresNotification.self, throwing: (any Error).self, bufferingPolicy: .bufferingNewest(1024))
        let listener = LoopBound(
            Listener(
                channel: channel, configuration: configuration, reactor: reactor, logger: logger,
                continuation: continuation), reactor: reactor)
        continuation.onTermination = { [reactor, core] _ in
            // A stopped reactor has closed the connection.
            try? reactor.submit { core.value.remove(listener.value) }
        }
        do {
            try reactor.submit { [core] in core.value.add(listener.value) }
        } catch {
            continuation.finish(throwing: PostgresError(reactor: error))
        }
        return stream
    }
}

// MARK: The way to the loop

extension PostgresPool {
    /// Hands a wish to the loop and waits for the answer.
    private func perform(_ wish: Request.Wish) async throws -> Reply.Output {
        try await exchange { core, ticket, reply in
            core.begin(Request(id: ticket.id, wish: wish, reply: reply), ticket: ticket)
        }
    }

    /// Runs work of a transaction.
    func run(_ work: Work, lease: UInt64, opening: [SQL]) async throws -> [PostgresResult] {
        try await exchange { core, ticket, reply in
            let request = Request(id: ticket.id, wish: .job(work), reply: reply)
            core.run(work, opening: opening, for: request, lease: lease, ticket: ticket)
        }.results
    }

    private func commit(_ lease: UInt64) async throws {
        // Not cancellable: whoever commits wants to know whether it happened.
        let output = try await answer(RequestTicket()) { core, ticket, reply in
            core.end(.commit, lease: lease, request: Request(id: ticket.id, wish: .ending, reply: reply))
        }
        // The server answers COMMIT of a failed transaction with ROLLBACK, and no error.
        guard let tag = output.results.first?.storage.commandTag, tag != "COMMIT" else { return }
        throw PostgresError(.transactionAborted, "an earlier statement had failed, so everything was rolled back")
    }

    private func rollBack(_ lease: UInt64) async {
        do {
            _ = try await answer(RequestTicket()) { core, ticket, reply in
                core.end(.rollback, lease: lease, request: Request(id: ticket.id, wish: .ending, reply: reply))
            }
        } catch {
            // The body's error says what went wrong; a connection that cannot roll back is closed, which does it too.
            logger.debug("rollback failed", metadata: ["reason": "\(error)"])
        }
    }

    private typealias Command = @Sendable (PoolCore, RequestTicket, Reply) -> Void

    private func exchange(_ command: @escaping Command) async throws -> Reply.Output {
        let ticket = RequestTicket()
        return try await withTaskCancellationHandler {
            try await answer(ticket, command)
        } onCancel: {
            ticket.cancel()
            // A full mailbox drops this; the statement then ends by itself or by its timeout.
            try? reactor.submit { [core] in core.value.cancel(ticket.id) }
        }
    }

    private func answer(_ ticket: RequestTicket, _ command: @escaping Command) async throws -> Reply.Output {
        try await withCheckedThrowingContinuation { continuation in
            let reply = Reply(continuation)
            do {
                try reactor.submit { [core] in command(core.value, ticket, reply) }
            } catch {
                reply.fail(PostgresError(reactor: error))
            }
        }
    }
}

extension PostgresError {
    /// The loop did not take a command.
    init(reactor error: any Error) {
        switch error as? ReactorError {
        case .mailboxFull?: self.init(.poolExhausted, "the reactor's mailbox is full")
        case .stopped?, .systemCall?, nil: self.init(.closed, "the reactor is not running: \(error)")
        }
    }
}

extension Reply.Output {
    fileprivate func onlyResult() throws -> PostgresResult {
        guard let result = results.first else { throw PostgresError(.connectionLost, "the server sent no result") }
        return result
    }
}
