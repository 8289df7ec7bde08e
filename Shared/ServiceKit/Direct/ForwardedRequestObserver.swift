import NIOCore
import NIOHTTPTypes

/// Tells the handler before the HTTP server when that one begins and ends a request: only then may bytes that follow be
/// looked at again.
final class ForwardedRequestObserver: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var direct: DirectChannelHandler?

    func handlerAdded(context: ChannelHandlerContext) {
        direct = try? context.pipeline.syncOperations.handler(type: DirectChannelHandler.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        direct = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: direct?.serverBeganRequest()
        case .body: break
        case .end: direct?.serverReadRequest()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else {
            context.write(data, promise: promise)
            return
        }
        context.write(data, promise: promise)
        direct?.serverAnswered()
    }
}
