import Logging
import Reactor

/// The connections of a client, and which of them a command takes.
///
/// Unchecked because the compiler cannot see threads: everything here runs on the reactor's thread, which every entry
/// checks.
final class ClientCore: @unchecked Sendable {
    private let reactor: Reactor
    private let commandConnections: [CommandConnection]
    private let subscriptions: SubscriptionConnection
    private var openConnections: Int
    private var isClosing = false
    private var waitingForClose: [@Sendable () -> Void] = []

    init(configuration: RedisConfiguration, reactor: Reactor, counters: StatisticsCounters, logger: Logger) {
        self.reactor = reactor
        commandConnections = (0..<max(1, configuration.connections)).map { _ in
            CommandConnection(configuration: configuration, reactor: reactor, counters: counters, logger: logger)
        }
        subscriptions = SubscriptionConnection(
            configuration: configuration, reactor: reactor, counters: counters, logger: logger)
        openConnections = commandConnections.count + 1
    }

    func start() {
        reactor.preconditionOnLoop()
        guard !isClosing else { return }
        for connection in commandConnections { connection.start() }
    }

    /// All over one connection and next to each other, so they are executed in their order.
    func send(_ commands: [PendingCommand]) {
        let connection = choose()
        for command in commands { connection.send(command) }
    }

    func send(_ command: PendingCommand) {
        choose().send(command)
    }

    func subscribe(_ listener: SubscriptionConnection.Listener, id: UInt64, to channel: String) {
        reactor.preconditionOnLoop()
        subscriptions.add(listener, id: id, to: channel)
    }

    func unsubscribe(id: UInt64, from channel: String) {
        reactor.preconditionOnLoop()
        subscriptions.remove(id: id, from: channel)
    }

    func close(_ completion: @escaping @Sendable () -> Void) {
        reactor.preconditionOnLoop()
        guard openConnections > 0 else { return completion() }
        waitingForClose.append(completion)
        guard !isClosing else { return }
        isClosing = true
        for connection in commandConnections { connection.close(didClose) }
        subscriptions.close(didClose)
    }

    private func didClose() {
        openConnections -= 1
        guard openConnections == 0 else { return }
        for completion in waitingForClose { completion() }
        waitingForClose = []
    }

    /// The least busy of the ready ones, else one that waits for its first connection, else any, which will refuse.
    private func choose() -> CommandConnection {
        reactor.preconditionOnLoop()
        var chosen = commandConnections[0]
        var best = Self.rank(chosen)
        for candidate in commandConnections.dropFirst() {
            let rank = Self.rank(candidate)
            if rank < best { (chosen, best) = (candidate, rank) }
        }
        return chosen
    }

    private static func rank(_ connection: CommandConnection) -> (Int, Int) {
        switch connection.admission {
        case .send: (0, connection.load)
        case .queue: (1, connection.load)
        case .refuse, .closed: (2, 0)
        }
    }
}
