import NIOCore
import Reactor

/// Stands before the HTTP server on each connection: hands the requests that the service answers itself to it, and all
/// other bytes on. It also closes connections that are idle, for it alone sees all that comes.
///
/// Everything here runs on the connection's event loop.
final class DirectChannelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Of requests that a client sends before it has its answer; past it nothing is read.
    private static let maximumHeldBytes = 64 << 10

    private let service: DirectService
    private let executor: LoopExecutor
    private var framer: RequestFramer
    private var context: ChannelHandlerContext?
    private var writing: CheckedContinuation<Void, any Error>?
    private var lastActivity = NIODeadline.now()
    private var idleCheck: Scheduled<Void>?
    /// What the HTTP server has begun and not answered.
    private var forwardedUnderWay = 0
    private var isForwardedBeingRead = false
    private var wantsRead = false
    private var isStepping = false
    private var hasForwarded = false
    /// Said while a request was answered directly: what to do when it has been.
    private var closesAfterAnswer = false
    private var inputIsClosed = false

    init(_ service: DirectService, on loop: any EventLoop) {
        self.service = service
        executor = LoopExecutor { loop.execute($0) }
        framer = RequestFramer(maximumBody: service.responder.maximumBodyBytes) { service.route(of: $0) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastActivity = .now()
        checkIdleness(after: idleTimeout, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        idleCheck?.cancel()
        self.context = nil
        wake(ChannelError.ioOnClosedChannel)
    }

    // MARK: Coming in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        lastActivity = .now()
        framer.receive(&bytes)
        step(context)
    }

    /// The handlers behind hear of it only when they were given something.
    func channelReadComplete(context: ChannelHandlerContext) {
        guard hasForwarded else { return }
        hasForwarded = false
        context.fireChannelReadComplete()
    }

    private func step(_ context: ChannelHandlerContext) {
        // Forwarding may answer at once, which steps again: the outer loop goes on then.
        guard !isStepping else { return }
        isStepping = true
        defer { isStepping = false }
        while let step = framer.next() {
            switch step {
            case .forward(let bytes):
                hasForwarded = true
                context.fireChannelRead(wrapInboundOut(bytes))
            case .answer(let head, let route, let body): answer(head, route, body, context)
            }
        }
    }

    private func answer(
        _ head: DirectRequestHead, _ route: String, _ body: [UInt8], _ context: ChannelHandlerContext
    ) {
        let connection = DirectConnection(self, on: context.eventLoop)
        let service = service
        Task(executorPreference: executor) {
            do {
                try await service.answer(head, route: route, body, to: connection)
                connection.answered()
            } catch {
                connection.abort()
            }
        }
    }

    func read(context: ChannelHandlerContext) {
        // Bytes are held only behind a request that somebody answers; when that is done, they are read on.
        if framer.heldBytes > Self.maximumHeldBytes {
            wantsRead = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent where framer.isDirect: closesAfterAnswer = true
        case ChannelEvent.inputClosed where framer.isAnswering: inputIsClosed = true
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wake(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    // MARK: Going out

    /// - Returns: Whether the socket takes more at once.
    /// - Throws: When the connection is closed.
    func write(_ bytes: ByteBuffer) throws -> Bool {
        guard let context, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
        lastActivity = .now()
        return context.channel.isWritable
    }

    func resumeWhenWritable(_ continuation: CheckedContinuation<Void, any Error>) {
        guard let context, context.channel.isActive else {
            continuation.resume(throwing: ChannelError.ioOnClosedChannel)
            return
        }
        if context.channel.isWritable {
            continuation.resume()
        } else {
            writing = continuation
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let writing {
            self.writing = nil
            writing.resume()
        }
        context.fireChannelWritabilityChanged()
    }

    private func wake(_ error: any Error) {
        writing?.resume(throwing: error)
        writing = nil
    }

    func answered() {
        lastActivity = .now()
        framer.answered()
        guard let context else { return }
        if closesAfterAnswer {
            context.close(promise: nil)
            return
        }
        goOn()
        if inputIsClosed, !framer.isAnswering {
            inputIsClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    func abort() {
        context?.close(promise: nil)
    }

    // MARK: What the HTTP server does

    func serverBeganRequest() {
        forwardedUnderWay += 1
        isForwardedBeingRead = true
    }

    func serverReadRequest() {
        isForwardedBeingRead = false
    }

    func serverAnswered() {
        forwardedUnderWay -= 1
        lastActivity = .now()
        framer.answered()
        goOn()
    }

    /// Looks at what was held, which came in a turn that is long complete.
    private func goOn() {
        guard let context, !isStepping else { return }
        step(context)
        channelReadComplete(context: context)
        if wantsRead, framer.heldBytes <= Self.maximumHeldBytes {
            wantsRead = false
            context.read()
        }
    }

    // MARK: Idleness

    private var idleTimeout: TimeAmount { .nanoseconds(Int64(service.idleTimeout / .nanoseconds(1))) }

    private var isAnswering: Bool { framer.isAnswering || (forwardedUnderWay > 0 && !isForwardedBeingRead) }

    private func checkIdleness(after delay: TimeAmount, _ context: ChannelHandlerContext) {
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(in: delay) { handler.value.closeIfIdle() }
    }

    private func closeIfIdle() {
        guard let context else { return }
        let deadline = (isAnswering ? .now() : lastActivity) + idleTimeout
        guard deadline > .now() else {
            context.close(promise: nil)
            return
        }
        checkIdleness(after: deadline - .now(), context)
    }
}
