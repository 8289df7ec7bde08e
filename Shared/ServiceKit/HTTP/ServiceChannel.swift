import HummingbirdCore
import Logging
import NIOCore
import Reactor

/// A connection of a service: Hummingbird's, with what a service may ask for besides.
struct ServiceChannel: ServerChildChannel {
    private let base: HTTP1Channel
    /// Requests are served on the connection's own event loop, so that reading, answering and writing them change no
    /// thread.
    private let isLoopBound: Bool
    private let direct: DirectService?

    init(
        responder: @escaping HTTPChannelHandler.Responder, idleTimeout: Duration, isLoopBound: Bool,
        direct: DirectService?
    ) {
        let idle = TimeAmount.nanoseconds(Int64(idleTimeout / .nanoseconds(1)))
        self.isLoopBound = isLoopBound
        self.direct = direct
        // With a handler in front the server does not see all that happens, and that handler watches for idleness.
        let configuration =
            direct == nil
            ? HTTP1Channel.Configuration(idleTimeout: idle)
            : HTTP1Channel.Configuration(additionalChannelHandlers: [ForwardedRequestObserver()])
        base = HTTP1Channel(responder: responder, configuration: configuration)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        guard let direct else { return base.setup(channel: channel, logger: logger) }
        do {
            let handler = DirectChannelHandler(direct, on: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        guard isLoopBound else {
            await base.handle(value: value, logger: logger)
            return
        }
        let loop = value.channel.eventLoop
        await withTaskExecutorPreference(LoopExecutor { loop.execute($0) }) {
            await base.handle(value: value, logger: logger)
        }
    }
}
