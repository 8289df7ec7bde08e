import Logging
import Reactor

/// A connection for commands: who waits for the next answer, who waits for the connection, and for how long.
///
/// Unchecked because the compiler cannot see threads: everything here runs on the reactor's thread.
final class CommandConnection: ConnectionDelegate, @unchecked Sendable {
    private let reactor: Reactor
    private let stallAllowance: Duration
    private let sweepInterval: Duration
    // Set once in the initialiser, which cannot hand out `self` before all else is there.
    private var connection: Connection?
    private var inFlight = CommandQueue<PendingCommand>()
    private var queued = CommandQueue<PendingCommand>()
    private var isSweeping = false
    private var onClosed: (() -> Void)?

    init(configuration: RedisConfiguration, reactor: Reactor, counters: StatisticsCounters, logger: Logger) {
        self.reactor = reactor
        stallAllowance = configuration.commandTimeout
        // Deadlines are kept to within this: a timer for each command would cost more than sending it.
        sweepInterval = min(.milliseconds(20), configuration.commandTimeout)
        connection = Connection(
            configuration: configuration, reactor: reactor, counters: counters, logger: logger, delegate: self)
    }

    var admission: ConnectionMachine.Admission {
        onClosed == nil ? connection?.admission ?? .closed : .closed
    }

    var load: Int { inFlight.count + queued.count }

    func start() {
        connection?.start()
    }

    func send(_ command: PendingCommand) {
        switch admission {
        case .send: dispatch(command)
        case .queue:
            queued.append(command)
            connection?.start()
        case .refuse: command.fail(RedisError(.unavailable, connection?.lastError.message ?? ""))
        case .closed: command.fail(RedisError(.closed, "the client is shut down"))
        }
        sweepLater()
    }

    /// Waits for the answers under way, within their deadlines, then closes.
    func close(_ completion: @escaping () -> Void) {
        onClosed = completion
        failQueued(RedisError(.closed, "the client is shut down"))
        closeWhenDrained()
    }

    // MARK: Connection

    func connectionIsReady() {
        while let command = queued.popFirst() { dispatch(command) }
    }

    func connectionReceived(_ reply: RedisValue) {
        guard let command = inFlight.popFirst() else { return }
        if case .error(let message) = reply {
            command.fail(RedisError(.server, message))
        } else {
            command.succeed(reply)
        }
        closeWhenDrained()
    }

    func connectionBroke(_ error: RedisError) {
        while let command = inFlight.popFirst() { command.fail(RedisError(.connectionLost, error.message)) }
        // After a connection that served well the next one is awaited; after a failed attempt nobody waits.
        if connection?.admission != .queue { failQueued(RedisError(.unavailable, error.message)) }
        closeWhenDrained()
    }

    func connectionIsClosed() {
        while let command = inFlight.popFirst() { command.fail(RedisError(.closed, "the client is shut down")) }
        onClosed?()
        onClosed = {}
    }

    // MARK: Commands

    private func dispatch(_ command: PendingCommand) {
        guard !command.isFinished else { return }
        if connection?.send(command.frame) == true {
            inFlight.append(command)
        } else {
            // The session ended earlier in this turn of the loop; its owner hears of it in the next.
            command.fail(RedisError(.unavailable, "the connection is closing"))
        }
    }

    private func failQueued(_ error: RedisError) {
        while let command = queued.popFirst() { command.fail(error) }
    }

    private func closeWhenDrained() {
        if onClosed != nil, inFlight.isEmpty { connection?.close() }
    }

    // MARK: Deadlines

    private func sweepLater() {
        guard !isSweeping, load > 0 else { return }
        isSweeping = true
        reactor.schedule(after: sweepInterval) { [weak self] in
            self?.isSweeping = false
            self?.sweep()
        }
    }

    private func sweep() {
        let now = ContinuousClock.now
        queued.forEach { command in
            if command.deadline <= now { command.fail(RedisError(.unavailable, "no connection in time")) }
        }
        inFlight.forEach { command in
            if command.deadline <= now { command.fail(RedisError(.timeout, "no answer in time")) }
        }
        // Answers come in order, so one that is long overdue blocks all behind it.
        if let first = inFlight.first, first.deadline + stallAllowance <= now {
            if onClosed != nil { connection?.close() } else { connection?.abandon("the server stopped answering") }
        }
        sweepLater()
    }
}
