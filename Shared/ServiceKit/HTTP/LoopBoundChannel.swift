import HummingbirdCore
import Logging
import NIOCore
import Reactor

/// A connection whose requests are served on its own event loop, so that reading, answering and writing them change no
/// thread.
struct LoopBoundChannel: ServerChildChannel {
    let base: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let loop = value.channel.eventLoop
        await withTaskExecutorPreference(LoopExecutor { loop.execute($0) }) {
            await base.handle(value: value, logger: logger)
        }
    }
}
