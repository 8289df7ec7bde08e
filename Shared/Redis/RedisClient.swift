import Glibc
package import Logging
package import Reactor
import Synchronization

/// Commands, scripts and subscriptions of one Redis server, over connections that are shared and made again when they
/// break.
///
/// Connections are opened by `run`, or by the first command. Every command has a deadline. Nothing is sent twice: after
/// a connection broke, only the caller knows whether its command may be repeated (`RedisError.Code` says what is known).
package final class RedisClient: Sendable {
    private let configuration: RedisConfiguration
    private let reactor: Reactor
    private let core: ClientCore
    private let counters = StatisticsCounters()
    private let nextListener = Atomic<UInt64>(0)

    package init(configuration: RedisConfiguration, reactor: Reactor, logger: Logger) {
        // hiredis writes with `write`, so a server that hung up would end the process.
        signal(SIGPIPE, SIG_IGN)
        self.configuration = configuration
        self.reactor = reactor
        core = ClientCore(configuration: configuration, reactor: reactor, counters: counters, logger: logger)
    }

    /// Connects, and keeps the client alive until the task is cancelled; then refuses new commands, waits for the
    /// answers under way within their deadlines, and closes everything.
    package func run() async throws {
        try reactor.submit { [core] in core.start() }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
        await close()
    }

    /// Refuses new commands, waits for the answers under way within their deadlines, and closes everything.
    package func close() async {
        await withCheckedContinuation { continuation in
            do {
                try reactor.submit { [core] in core.close { continuation.resume() } }
            } catch {
                // A stopped reactor has no connections left.
                continuation.resume()
            }
        }
    }

    package var statistics: RedisStatistics { counters.snapshot }

    /// True when a connection can take commands now.
    package var isReady: Bool { statistics.readyConnections > 0 }

    // MARK: Commands

    /// Sends one command and waits for its answer, at most `timeout` (else the configuration's).
    ///
    /// An error that the server answers is thrown with code `.server`.
    package func command(_ arguments: [RedisArgument], timeout: Duration? = nil) async throws -> RedisValue {
        let pending = try admit(CommandFrame(arguments), deadline: deadline(timeout))
        return try await pending.result { send(pending) }
    }

    package func command(_ arguments: RedisArgument..., timeout: Duration? = nil) async throws -> RedisValue {
        try await command(arguments, timeout: timeout)
    }

    /// Sends commands next to each other over one connection. One that fails does not keep the others from being
    /// executed: each has its own result, in the order of the commands. Throws when nothing was sent.
    package func pipeline(
        _ commands: [[RedisArgument]], timeout: Duration? = nil
    ) async throws -> [Result<RedisValue, RedisError>] {
        let deadline = deadline(timeout)
        let pending = try commands.map { try admit(CommandFrame($0), deadline: deadline) }
        try reactor.submit { [core] in core.send(pending) }
        var results: [Result<RedisValue, RedisError>] = []
        for command in pending {
            do {
                results.append(.success(try await command.result {}))
            } catch let error as RedisError {
                results.append(.failure(error))
            }
        }
        return results
    }

    // MARK: Subscriptions

    /// Messages of `channel` until the reader stops or the client is closed.
    ///
    /// The first element is a gap (`RedisMessage.isGap`), when the server has confirmed the subscription; what is
    /// published after it arrives, or another gap does.
    package func subscribe(_ channel: String) -> AsyncStream<RedisMessage> {
        let id = nextListener.add(1, ordering: .relaxed).newValue
        let (stream, listener) = AsyncStream.makeStream(
            of: RedisMessage.self, bufferingPolicy: .bufferingNewest(max(2, configuration.subscriptionBuffer)))
        do {
            try reactor.submit { [core] in core.subscribe(listener, id: id, to: channel) }
        } catch {
            listener.finish()
            return stream
        }
        listener.onTermination = { [core, reactor] _ in
            // Fails only when the reactor is stopped, and its connections with it.
            try? reactor.submit { core.unsubscribe(id: id, from: channel) }
        }
        return stream
    }

    // MARK: Details

    private func deadline(_ timeout: Duration?) -> ContinuousClock.Instant {
        .now + (timeout ?? configuration.commandTimeout)
    }

    private func admit(
        _ frame: CommandFrame, deadline: ContinuousClock.Instant
    ) throws(RedisError) -> PendingCommand {
        if let refusal = frame.refusal() { throw refuse(refusal) }
        guard counters.inFlight.load(ordering: .relaxed) < configuration.maximumInFlight else {
            throw refuse(RedisError(.overloaded, "\(configuration.maximumInFlight) commands wait for their answers"))
        }
        counters.inFlight.add(1, ordering: .relaxed)
        counters.commands.add(1, ordering: .relaxed)
        return PendingCommand(frame, deadline: deadline, counters: counters)
    }

    private func refuse(_ error: RedisError) -> RedisError {
        counters.count(error.code)
        return error
    }

    private func send(_ pending: PendingCommand) {
        do {
            try reactor.submit { [core] in core.send(pending) }
        } catch {
            pending.fail(
                error == .stopped
                    ? RedisError(.closed, "the reactor is stopped")
                    : RedisError(.overloaded, "the reactor's mailbox is full"))
        }
    }
}
