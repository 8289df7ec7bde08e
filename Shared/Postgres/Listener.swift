import Logging
import Reactor

/// Listens to one channel on a connection of its own, and makes a new one when it breaks. On the loop only.
final class Listener: ConnectionOwner {
    private let channel: String
    private let configuration: PostgresConfiguration
    private let reactor: Reactor
    private let logger: Logger
    private let continuation: AsyncThrowingStream<PostgresNotification, any Error>.Continuation
    private var connection: Connection?
    private var failuresInRow = 0
    private var isStopped = false
    private var timer: TimerToken?

    init(
        channel: String, configuration: PostgresConfiguration, reactor: Reactor, logger: Logger,
        continuation: AsyncThrowingStream<PostgresNotification, any Error>.Continuation
    ) {
        self.channel = channel
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
        self.continuation = continuation
    }

    func start() {
        guard !isStopped else { return }
        let connection = Connection(id: 0, configuration: configuration, reactor: reactor, logger: logger)
        connection.owner = self
        self.connection = connection
        connection.open()
        scheduleCheck()
    }

    /// Ends the stream and closes the connection.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        if let timer { reactor.cancel(timer) }
        connection?.close(PostgresError(.closed, "no longer listening"))
        connection = nil
        continuation.finish()
    }

    func connectionDidOpen(_ connection: Connection) {
        let listen: SQL = "LISTEN \(identifier: channel)"
        connection.perform(
            Job(id: 0, work: .pipeline(prelude: [listen], statements: [])) { [self] outcome in
                switch outcome {
                case .success:
                    failuresInRow = 0
                    yield(PostgresNotification(channel: channel, payload: "", mayHaveMissed: true))
                case .failure(let error): connection.close(error)
                }
            })
    }

    func connectionDidClose(_ connection: Connection, _ error: PostgresError) {
        self.connection = nil
        guard !isStopped else { return }
        logger.warning("postgres listener lost its connection", metadata: ["reason": "\(error)"])
        failuresInRow += 1
        // Full jitter up to two seconds, as the pool does.
        let ceiling = min(2000, 100 << min(failuresInRow - 1, 10))
        reactor.schedule(after: .milliseconds(Int.random(in: 0...ceiling))) { [self] in start() }
    }

    func connection(_ connection: Connection, didReceive channel: String, payload: String) {
        yield(PostgresNotification(channel: channel, payload: payload, mayHaveMissed: false))
    }

    /// When the reader is so slow that the oldest notification made room, the last thing it finds says so.
    private func yield(_ notification: PostgresNotification) {
        guard case .dropped = continuation.yield(notification) else { return }
        continuation.yield(PostgresNotification(channel: notification.channel, payload: "", mayHaveMissed: true))
    }

    /// A connection that only listens would not notice that its server is gone: it asks for a sign of life.
    private func scheduleCheck() {
        if let timer { reactor.cancel(timer) }
        timer = reactor.schedule(after: min(configuration.healthCheckInterval, .seconds(1))) { [self] in
            guard let connection, !isStopped else { return }
            connection.checkDeadline(nowNanoseconds: Reactor.monotonicNanoseconds())
            checkIfQuiet(connection)
            if self.connection != nil { scheduleCheck() }
        }
    }

    private var lastCheckNanoseconds: UInt64 = 0

    private func checkIfQuiet(_ connection: Connection) {
        let now = Reactor.monotonicNanoseconds()
        guard connection.phase == .idle, now &- lastCheckNanoseconds >= configuration.healthCheckInterval.nanoseconds
        else { return }
        lastCheckNanoseconds = now
        connection.perform(Job(id: 0, work: .pipeline(prelude: [], statements: [])) { _ in })
    }
}
