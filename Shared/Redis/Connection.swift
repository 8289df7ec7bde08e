import Logging
import Reactor
import Synchronization

/// Makes a connection, greets, and makes it again whenever it breaks. Executes what `ConnectionMachine` decides.
///
/// Unchecked because the compiler cannot see threads: everything here runs on the reactor's thread, and what comes
/// from elsewhere, the name look-up alone, comes back through `submit`.
final class Connection: SessionOwner, @unchecked Sendable {
    private let configuration: RedisConfiguration
    private let reactor: Reactor
    private let counters: StatisticsCounters
    private let logger: Logger
    private weak var delegate: (any ConnectionDelegate)?

    private var machine: ConnectionMachine
    private var session: HiredisSession?
    private var greeting: Greeting?
    private var addresses: [String] = []
    private var isResolving = false
    private var timer: TimerToken?
    /// Why the last attempt or connection ended, for those who are refused.
    private(set) var lastError = RedisError(.unavailable, "not connected yet")

    init(
        configuration: RedisConfiguration, reactor: Reactor, counters: StatisticsCounters, logger: Logger,
        delegate: any ConnectionDelegate
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.counters = counters
        self.logger = logger
        self.delegate = delegate
        machine = ConnectionMachine(
            backoffBase: configuration.backoffBase, backoffLimit: configuration.backoffLimit)
    }

    var admission: ConnectionMachine.Admission { machine.admission }
    var isReady: Bool { machine.admission == .send }

    func start() {
        perform(machine.start())
    }

    /// Only when `isReady`. False when the session ended in this turn; `connectionBroke` follows.
    func send(_ frame: CommandFrame) -> Bool {
        session?.send(frame) ?? false
    }

    /// Ends the connection and tells the delegate so. Further calls do nothing.
    func close() {
        let wasReady = isReady
        guard machine.close() == .disconnect else { return }
        endSession(wasReady: wasReady)
        delegate?.connectionIsClosed()
    }

    /// Gives up on a connection that does not answer, and makes another.
    func abandon(_ reason: String) {
        broke(RedisError(.connectionLost, reason))
    }

    // MARK: Session

    func sessionDidConnect() {
        let greeting = Greeting(configuration)
        self.greeting = greeting
        for command in greeting.commands { _ = session?.send(CommandFrame(command)) }
    }

    func sessionDidReceive(_ reply: RedisValue) {
        guard let step = greeting?.receive(reply) else {
            delegate?.connectionReceived(reply)
            return
        }
        switch step {
        case .wait: break
        case .done: established()
        case .failed(let reason): broke(RedisError(.unavailable, reason))
        }
    }

    func sessionDidEnd(_ reason: String) {
        session = nil
        // An address that refuses the connection does not speak for the host's others.
        if !isReady, greeting == nil, !addresses.isEmpty {
            connectToNextAddress()
        } else {
            broke(RedisError(isReady ? .connectionLost : .unavailable, reason))
        }
    }

    // MARK: Attempts

    private func perform(_ action: ConnectionMachine.Action) {
        switch action {
        case .none: break
        case .connect: attempt()
        case .disconnect: endSession(wasReady: false)
        case .wait(let duration):
            timer = reactor.schedule(after: duration) { [weak self] in
                guard let self else { return }
                perform(machine.backoffElapsed())
            }
        }
    }

    private func attempt() {
        timer = reactor.schedule(after: configuration.connectTimeout) { [weak self] in
            guard let self else { return }
            broke(RedisError(.unavailable, "no connection within \(configuration.connectTimeout)"))
        }
        // A look-up that outlived the attempt before this one serves this one: never more than one is under way.
        guard !isResolving else { return }
        isResolving = true
        Resolver.resolve(configuration.host) { [self] result in
            // A reactor that is stopped has no use for the answer.
            try? reactor.submit { [self] in didResolve(result) }
        }
    }

    private func didResolve(_ result: Result<[String], RedisError>) {
        isResolving = false
        guard case .connecting = machine.state else { return }
        switch result {
        case .success(let found):
            addresses = found
            connectToNextAddress()
        case .failure(let error): broke(error)
        }
    }

    private func connectToNextAddress() {
        while !addresses.isEmpty {
            let address = addresses.removeFirst()
            do {
                session = try HiredisSession(
                    address: address, port: configuration.port, reactor: reactor, owner: self)
                return
            } catch {
                lastError = error
            }
        }
        broke(lastError)
    }

    private func established() {
        greeting = nil
        cancelTimer()
        addresses = []
        guard machine.established(now: .now) == .none, isReady else { return }
        counters.connectionsOpened.add(1, ordering: .relaxed)
        counters.readyConnections.add(1, ordering: .relaxed)
        logger.info("redis connection is ready", metadata: ["server": "\(configuration)"])
        delegate?.connectionIsReady()
    }

    private func broke(_ error: RedisError) {
        let wasReady = isReady
        endSession(wasReady: wasReady)
        lastError = error
        let action = machine.broke(now: .now, random: Double.random(in: 0..<1))
        counters.countBroken(wasReady: wasReady)
        logger.warning(
            wasReady ? "redis connection lost" : "redis connection failed",
            metadata: ["server": "\(configuration)", "reason": "\(error.message)"])
        delegate?.connectionBroke(error)
        perform(action)
    }

    private func endSession(wasReady: Bool) {
        cancelTimer()
        session?.close()
        session = nil
        greeting = nil
        addresses = []
        if wasReady { counters.readyConnections.subtract(1, ordering: .relaxed) }
    }

    private func cancelTimer() {
        if let timer { reactor.cancel(timer) }
        timer = nil
    }
}
