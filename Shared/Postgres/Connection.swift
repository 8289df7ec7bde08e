import Logging
import Reactor

/// One connection on the loop: makes it, does its jobs one after the other, and tells its owner when it is gone.
///
/// Lives on the loop's thread only. What the answers mean is decided by `PipelineProgress`; this moves bytes.
final class Connection: ReadinessHandler {
    enum Phase: Equatable {
        case resolving
        case connecting
        /// Nothing to do.
        case idle
        case pipeline
        /// A script, or COPY before the rows or after them.
        case simple
        /// The server waits for rows.
        case copying
        case closed
    }

    let id: UInt64
    let reactor: Reactor
    let configuration: PostgresConfiguration
    let logger: Logger
    weak var owner: (any ConnectionOwner)?

    var phase = Phase.resolving
    var session: LibpqSession?
    private var watched: (descriptor: Int32, interest: Readiness)?

    /// When what is under way began, connecting included; nil when idle.
    var busySinceNanoseconds: UInt64?
    var current: Job?
    // Bounded by the statements that one transaction runs at once.
    var queue: [Job] = []
    var progress = PipelineProgress<PostgresResult>(steps: [])
    /// The outcome of a script or COPY so far.
    var simpleOutcome: Result<[PostgresResult], PostgresError> = .success([])
    var hasRetried = false
    var statements: StatementCache
    var counters = ConnectionCounters()

    private var cancellationsUnderWay = 0
    private var heldOutcome: Result<[PostgresResult], PostgresError>?

    init(id: UInt64, configuration: PostgresConfiguration, reactor: Reactor, logger: Logger) {
        self.id = id
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
        statements = StatementCache(capacity: configuration.maximumPreparedStatements)
    }

    // MARK: Jobs

    /// True when a caller may have it: nothing under way, nothing half done.
    var isReusable: Bool {
        phase == .idle && current == nil && queue.isEmpty && (session?.isOutsideTransaction ?? false)
    }

    /// True when rows of a COPY are wanted or will be.
    var isCopying: Bool {
        if case .copyBegin? = current?.work { return true }
        return phase == .copying
    }

    /// Does the job when those before it are done.
    func perform(_ job: Job) {
        guard phase != .closed else { return job.complete(.failure(PostgresError(.connectionLost, "closed"))) }
        guard current == nil, phase == .idle || phase == .copying else { return queue.append(job) }
        start(job)
    }

    /// Stops a job: one that waits is taken out, one under way is cancelled at the server. It completes either way.
    func cancel(job id: UInt64) {
        if let index = queue.firstIndex(where: { $0.id == id }) {
            queue.remove(at: index).complete(.failure(PostgresError(.cancelled, "cancelled before it was sent")))
        } else if current?.id == id {
            cancelCurrent()
        }
    }

    private func cancelCurrent() {
        // One request is enough, and the server ignores rows of a COPY until its end anyway.
        guard cancellationsUnderWay == 0, phase == .pipeline || phase == .simple,
            let cancellation = session?.makeCancellation()
        else { return }
        cancellationsUnderWay += 1
        let myself = LoopBound(onLoop: self, reactor: reactor)
        cancellation.send { [reactor] in
            // A stopped reactor has closed its connections; a full mailbox ends with the connection's deadline.
            try? reactor.submit { myself.value.cancellationReturned() }
        }
    }

    private func cancellationReturned() {
        cancellationsUnderWay -= 1
        guard let outcome = heldOutcome else { return }
        heldOutcome = nil
        finishCurrent(outcome)
    }

    /// Completes the job under way and starts the next.
    ///
    /// As long as a request to cancel is on its way nothing else is sent, or the request might hit that.
    func finishCurrent(_ outcome: Result<[PostgresResult], PostgresError>) {
        guard cancellationsUnderWay == 0 || phase == .closed else {
            heldOutcome = outcome
            return
        }
        let job = current
        current = nil
        busySinceNanoseconds = nil
        job?.complete(outcome)
        startNext()
    }

    private func startNext() {
        guard current == nil, phase == .idle || phase == .copying, !queue.isEmpty else { return }
        start(queue.removeFirst())
    }

    private func start(_ job: Job) {
        current = job
        hasRetried = false
        busySinceNanoseconds = Reactor.monotonicNanoseconds()
        send(job.work)
    }

    // MARK: Socket

    func watch(for interest: Readiness) {
        guard let session, phase != .closed else { return }
        do {
            if let watched {
                guard watched.interest != interest else { return }
                try reactor.rewatch(watched.descriptor, for: interest)
            } else {
                try reactor.watch(session.socket, for: interest, handler: self)
            }
            watched = (session.socket, interest)
        } catch {
            close(PostgresError(.connectionLost, "cannot watch the socket: \(error)"))
        }
    }

    /// libpq may close the descriptor at any step while connecting and open another of the same number.
    func unwatch() {
        guard let watched else { return }
        reactor.unwatch(watched.descriptor)
        self.watched = nil
    }

    func descriptorIsReady(_ readiness: Readiness) {
        switch phase {
        case .resolving, .closed: break
        case .connecting: continueConnecting()
        case .idle, .pipeline, .simple, .copying:
            if readiness.contains(.writable) { flush() }
            if phase != .closed, !readiness.isDisjoint(with: [.readable, .failed]) { receive() }
        }
    }

    /// Writes what is queued, and watches for room when not all of it went.
    func flush() {
        guard let session else { return }
        guard let isMoreLeft = session.flush() else { return breakDown() }
        watch(for: isMoreLeft ? [.readable, .writable] : .readable)
        if !isMoreLeft { didFlush() }
    }

    // MARK: End

    /// Closes for the reason libpq gives.
    func breakDown() {
        close(PostgresError(.connectionLost, session?.errorMessage ?? "the connection broke"))
    }

    /// Closes and fails every job with `error`.
    func close(_ error: PostgresError) {
        guard phase != .closed else { return }
        phase = .closed
        unwatch()
        session = nil
        busySinceNanoseconds = nil
        let waiting = queue
        queue = []
        heldOutcome = nil
        finishCurrent(.failure(error))
        for job in waiting { job.complete(.failure(error)) }
        owner?.connectionDidClose(self, error)
    }
}

/// What a connection counted since its owner last took it.
struct ConnectionCounters {
    var preparations: UInt64 = 0
    var repreparations: UInt64 = 0
    var answerTimeouts: UInt64 = 0
}
