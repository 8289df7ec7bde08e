import Logging
import Reactor
import Synchronization

/// The connection of all subscriptions: subscribes again whenever it was made again, and tells listeners of gaps.
///
/// Unchecked because the compiler cannot see threads: everything here runs on the reactor's thread.
final class SubscriptionConnection: ConnectionDelegate, @unchecked Sendable {
    typealias Listener = AsyncStream<RedisMessage>.Continuation

    private let reactor: Reactor
    private let counters: StatisticsCounters
    private let heartbeatInterval: Duration
    private var connection: Connection?
    private var registry = SubscriptionRegistry<Listener>()
    /// Channels that the server has confirmed on this connection.
    private var confirmed: Set<String> = []
    private var isHeartbeatUnanswered = false
    private var isHeartbeatScheduled = false
    private var onClosed: (() -> Void)?

    init(configuration: RedisConfiguration, reactor: Reactor, counters: StatisticsCounters, logger: Logger) {
        self.reactor = reactor
        self.counters = counters
        heartbeatInterval = configuration.heartbeatInterval
        connection = Connection(
            configuration: configuration, reactor: reactor, counters: counters, logger: logger, delegate: self)
    }

    func add(_ listener: Listener, id: UInt64, to channel: String) {
        guard onClosed == nil else { return listener.finish() }
        let isNew = registry.add(listener, id: id, to: channel)
        connection?.start()
        if confirmed.contains(channel) {
            deliver(.gap(in: channel), to: listener)
        } else if isNew {
            tellServer("SUBSCRIBE", [channel])
        }
        scheduleHeartbeat()
    }

    func remove(id: UInt64, from channel: String) {
        guard registry.remove(id: id, from: channel) else { return }
        confirmed.remove(channel)
        tellServer("UNSUBSCRIBE", [channel])
    }

    func close(_ completion: @escaping () -> Void) {
        onClosed = completion
        connection?.close()
    }

    // MARK: Connection

    func connectionIsReady() {
        confirmed = []
        isHeartbeatUnanswered = false
        tellServer("SUBSCRIBE", registry.channelNames)
    }

    func connectionReceived(_ reply: RedisValue) {
        isHeartbeatUnanswered = false
        guard let parts = reply.array, parts.count >= 3, let kind = parts[0].string, let name = parts[1].bytes else {
            return
        }
        let channel = String(decoding: name, as: UTF8.self)
        switch kind {
        case "message":
            counters.messages.add(1, ordering: .relaxed)
            let message = RedisMessage(channel: channel, payload: parts[2].bytes ?? [])
            for listener in registry.listeners(to: channel) { deliver(message, to: listener) }
        case "subscribe":
            let listeners = registry.listeners(to: channel)
            // Confirmed before: the answer to a heartbeat. No listener: unsubscribed meanwhile.
            guard !listeners.isEmpty, confirmed.insert(channel).inserted else { return }
            for listener in listeners { deliver(.gap(in: channel), to: listener) }
        default: break
        }
    }

    func connectionBroke(_ error: RedisError) {
        confirmed = []
    }

    func connectionIsClosed() {
        for listener in registry.removeAll() { listener.finish() }
        onClosed?()
        onClosed = {}
    }

    // MARK: Details

    private func tellServer(_ command: RedisArgument, _ channels: [String]) {
        guard !channels.isEmpty, let connection, connection.isReady else { return }
        // A session that ended in this turn is replaced, and the next one subscribes to everything.
        _ = connection.send(CommandFrame([command] + channels.map { RedisArgument($0) }))
    }

    private func deliver(_ message: RedisMessage, to listener: Listener) {
        if message.isGap { counters.gaps.add(1, ordering: .relaxed) }
        guard case .dropped(let lost) = listener.yield(message), !lost.isGap || !message.isGap else { return }
        // The reader is too slow and the oldest message gave way: it has to know.
        if !message.isGap { deliver(.gap(in: message.channel), to: listener) }
    }

    /// A connection that only listens would never notice that the other side is gone. hiredis 0.14 cannot PING on a
    /// subscribed connection, but subscribing again to a channel is answered and changes nothing.
    private func scheduleHeartbeat() {
        guard !isHeartbeatScheduled, !registry.isEmpty else { return }
        isHeartbeatScheduled = true
        reactor.schedule(after: heartbeatInterval) { [weak self] in
            self?.isHeartbeatScheduled = false
            self?.heartbeat()
        }
    }

    private func heartbeat() {
        guard onClosed == nil else { return }
        if connection?.isReady == true {
            if isHeartbeatUnanswered {
                connection?.abandon("no answer to a heartbeat")
            } else if let channel = registry.channelNames.first {
                isHeartbeatUnanswered = true
                tellServer("SUBSCRIBE", [channel])
            }
        }
        scheduleHeartbeat()
    }
}
