import Logging
import Reactor

/// The pool's half on the loop: does what `PoolStateMachine` decides, with real connections and waiting callers.
final class PoolCore: ConnectionOwner {
    let reactor: Reactor
    let configuration: PostgresConfiguration
    let logger: Logger
    private let published: PublishedStatistics

    var machine: PoolStateMachine
    var statistics = PostgresPoolStatistics()
    var connections: [UInt64: Connection] = [:]
    /// Callers' wishes that are not answered yet; also what cancels look in.
    var requests: [UInt64: Request] = [:]
    var leases: [UInt64: TransactionLease] = [:]
    var lastFailure: PostgresError?
    private var listeners: [ObjectIdentifier: Listener] = [:]
    private var timer: TimerToken?
    private var onceClosed: [() -> Void] = []

    init(
        configuration: PostgresConfiguration, reactor: Reactor, logger: Logger, published: PublishedStatistics
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
        self.published = published
        machine = PoolStateMachine(limits: configuration.poolLimits)
    }

    // MARK: Life

    /// Opens the minimum of connections and begins to look after them.
    func start() {
        openWhatIsNeeded()
        scheduleMaintenance()
    }

    /// Refuses callers, closes connections as they come free, and calls `completion` when all are closed.
    func shutDown(_ completion: @escaping () -> Void) {
        onceClosed.append(completion)
        if !machine.isShutDown {
            let rest = machine.shutDown()
            for request in rest.refuse { requests[request].map { refuse($0, .shutDown) } }
            for connection in rest.close { close(connection, Self.shutDownError) }
            for listener in listeners.values { listener.stop() }
            listeners = [:]
            // What is still busy may finish, but not hold up the end of the process for longer than this.
            reactor.schedule(after: Self.shutDownGrace) { [self] in
                for id in connections.keys { close(id, Self.shutDownError) }
                reportClosed()
            }
        }
        publish()
        reportClosed()
    }

    private func reportClosed() {
        guard machine.isShutDown, connections.isEmpty else { return }
        if let timer { reactor.cancel(timer) }
        timer = nil
        let waiting = onceClosed
        onceClosed = []
        for completion in waiting { completion() }
    }

    private static let shutDownGrace = Duration.seconds(5)
    static let shutDownError = PostgresError(.closed, "the pool is shut down")

    // MARK: Callers

    func begin(_ request: Request, ticket: RequestTicket) {
        guard !ticket.isCancelled else { return request.fail(Self.cancelledError) }
        switch machine.lease(request.id, nowNanoseconds: Reactor.monotonicNanoseconds()) {
        case .use(let id):
            requests[request.id] = request
            serve(request, with: id)
        case .wait:
            statistics.waits += 1
            requests[request.id] = request
            openWhatIsNeeded()
            hurryMaintenance()
        case .refuse(let reason):
            refuse(request, reason)
        }
        publish()
    }

    static let cancelledError = PostgresError(.cancelled, "the caller was cancelled")

    /// The caller gave up: it is answered at once, and what is under way for it is stopped.
    func cancel(_ id: UInt64) {
        guard let request = requests[id] else { return }
        statistics.cancellations += 1
        request.fail(Self.cancelledError)
        if machine.cancelWaiter(id) {
            requests[id] = nil
        } else {
            request.connection?.cancel(job: id)
        }
        publish()
    }

    private func refuse(_ request: Request, _ reason: PoolStateMachine.Refusal) {
        requests[request.id] = nil
        switch reason {
        case .shutDown: request.fail(Self.shutDownError)
        case .unavailable:
            request.fail(lastFailure ?? PostgresError(.connectionFailed, "the server cannot be reached"))
        case .tooManyWaiters:
            statistics.refusals += 1
            request.fail(
                PostgresError(.poolExhausted, "\(machine.waitingCount) callers wait for a connection already"))
        }
    }

    /// Gives a connection that is free to a caller.
    private func serve(_ request: Request, with id: UInt64) {
        guard let connection = connections[id] else { return }
        statistics.leases += 1
        switch request.wish {
        case .lease, .ending:
            requests[request.id] = nil
            leases[id] = TransactionLease(connection: connection)
            request.finish(.success(Reply.Output(lease: id)))
        case .job(let work):
            run(work, for: request, on: connection) { [self] in release(connection) }
        }
    }

    /// Runs a job and answers the caller; `afterwards` runs when the connection is done with it, also when the caller
    /// has gone.
    func run(_ work: Work, for request: Request, on connection: Connection, afterwards: @escaping () -> Void) {
        request.connection = connection
        requests[request.id] = request
        connection.perform(
            Job(id: request.id, work: work) { [self] outcome in
                requests[request.id] = nil
                request.connection = nil
                request.finish(outcome.map { Reply.Output(results: $0) })
                afterwards()
            })
    }

    // MARK: Connections

    /// Takes a connection back from a caller.
    func release(_ connection: Connection) {
        takeCounters(connection)
        guard connection.phase != .closed else { return }
        guard connection.isReusable else {
            // Someone sent BEGIN through `query`, or a COPY broke off: no later caller may meet that.
            return connection.close(PostgresError(.connectionLost, "the connection was left inside a transaction"))
        }
        follow(machine.released(connection.id, nowNanoseconds: Reactor.monotonicNanoseconds()), connection)
        publish()
    }

    func connectionDidOpen(_ connection: Connection) {
        statistics.connectionsOpened += 1
        lastFailure = nil
        follow(
            machine.connected(
                connection.id, nowNanoseconds: Reactor.monotonicNanoseconds(), ageFraction: .random(in: 0...1)),
            connection)
        openWhatIsNeeded()
        publish()
    }

    private func follow(_ handover: PoolStateMachine.Handover, _ connection: Connection) {
        switch handover {
        case .keep: break
        case .close: connection.close(Self.shutDownError)
        case .lease(let id, let waited):
            statistics.waitNanoseconds += waited
            if let request = requests[id] { serve(request, with: connection.id) } else { release(connection) }
        }
    }

    func connectionDidClose(_ connection: Connection, _ error: PostgresError) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        takeCounters(connection)
        leases[connection.id]?.connection = nil
        count(error)
        let refused = machine.closed(
            connection.id, nowNanoseconds: Reactor.monotonicNanoseconds(), pauseFraction: .random(in: 0...1))
        for request in refused { requests[request].map { refuse($0, .unavailable) } }
        openWhatIsNeeded()
        publish()
        reportClosed()
    }

    private func count(_ error: PostgresError) {
        guard error.code != .closed else { return statistics.connectionsClosed += 1 }
        if error.code == .connectionFailed {
            statistics.connectionFailures += 1
            lastFailure = error
        } else {
            statistics.connectionsClosed += 1
        }
        logger.warning("postgres connection gone", metadata: ["reason": "\(error)"])
    }

    private func takeCounters(_ connection: Connection) {
        statistics.preparations += connection.counters.preparations
        statistics.repreparations += connection.counters.repreparations
        statistics.answerTimeouts += connection.counters.answerTimeouts
        connection.counters = ConnectionCounters()
    }

    func connection(_ connection: Connection, didReceive channel: String, payload: String) {
        // Someone sent LISTEN through `query`; `listen` is the way.
    }

    func openWhatIsNeeded() {
        for id in machine.connectionsToOpen(nowNanoseconds: Reactor.monotonicNanoseconds()) {
            let connection = Connection(id: id, configuration: configuration, reactor: reactor, logger: logger)
            connection.owner = self
            connections[id] = connection
            connection.open()
        }
    }

    private func close(_ id: UInt64, _ error: PostgresError) {
        connections[id]?.close(error)
    }

    func publish() {
        statistics.idle = machine.idleCount
        statistics.busy = machine.busyCount
        statistics.connecting = machine.connectingCount
        statistics.waiting = machine.waitingCount
        published.set(statistics)
    }

    // MARK: Listeners

    func add(_ listener: Listener) {
        guard !machine.isShutDown else { return listener.stop() }
        listeners[ObjectIdentifier(listener)] = listener
        listener.start()
    }

    func remove(_ listener: Listener) {
        listeners[ObjectIdentifier(listener)] = nil
        listener.stop()
    }

    // MARK: Time

    // A second is fine enough for ages and answers that are overdue by seconds; a twentieth for callers who wait.
    private static let calmInterval = Duration.seconds(1)
    private static let hurriedInterval = Duration.milliseconds(50)

    private func scheduleMaintenance() {
        guard !machine.isShutDown || !connections.isEmpty else { return }
        let interval = machine.waitingCount > 0 || machine.isTroubled ? Self.hurriedInterval : Self.calmInterval
        timer = reactor.schedule(after: interval) { [self] in
            maintain()
            scheduleMaintenance()
        }
    }

    private func hurryMaintenance() {
        guard machine.waitingCount == 1, let timer else { return }
        reactor.cancel(timer)
        scheduleMaintenance()
    }

    private func maintain() {
        let now = Reactor.monotonicNanoseconds()
        for due in machine.maintain(nowNanoseconds: now) { follow(due) }
        for connection in Array(connections.values) { connection.checkDeadline(nowNanoseconds: now) }
        openWhatIsNeeded()
        publish()
    }

    private func follow(_ due: PoolStateMachine.Maintenance) {
        switch due {
        case .close(let id): close(id, PostgresError(.closed, "no longer needed"))
        case .check(let id): if let connection = connections[id] { check(connection) }
        case .timeOut(let id):
            statistics.waitTimeouts += 1
            let error =
                lastFailure
                ?? PostgresError(.poolExhausted, "no connection came free within \(configuration.waiterDeadline)")
            requests.removeValue(forKey: id)?.fail(error)
        }
    }

    /// Asks for a sign of life: an empty pipeline, answered without touching a table.
    private func check(_ connection: Connection) {
        connection.perform(
            Job(id: 0, work: .pipeline(prelude: [], statements: [])) { [self] outcome in
                if case .failure = outcome { statistics.healthCheckFailures += 1 }
                release(connection)
            })
    }
}

extension PostgresConfiguration {
    fileprivate var poolLimits: PoolStateMachine.Limits {
        PoolStateMachine.Limits(
            minimum: min(minimumConnections, maximumConnections), maximum: max(1, maximumConnections),
            maximumWaiters: maximumWaiters, waiterDeadlineNanoseconds: waiterDeadline.nanoseconds,
            maximumAgeNanoseconds: maximumAge.nanoseconds, idleTimeoutNanoseconds: idleTimeout.nanoseconds,
            healthCheckIntervalNanoseconds: healthCheckInterval.nanoseconds)
    }
}
