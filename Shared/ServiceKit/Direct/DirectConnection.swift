import NIOCore

/// A connection as its answers see it, from whichever thread they are on: normally its own event loop's.
struct DirectConnection: Sendable {
    private let handler: NIOLoopBound<DirectChannelHandler>
    private let loop: any EventLoop

    init(_ handler: DirectChannelHandler, on loop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: loop)
        self.loop = loop
    }

    /// Writes bytes and returns when the socket takes more.
    ///
    /// - Throws: When the connection is closed.
    nonisolated(nonsending) func write(_ bytes: ByteBuffer) async throws {
        guard loop.inEventLoop else {
            return try await loop.submit { [handler] in _ = try handler.value.write(bytes) }.get()
        }
        if try handler.value.write(bytes) { return }
        try await withCheckedThrowingContinuation { handler.value.resumeWhenWritable($0) }
    }

    /// The answer is complete: the next request may be begun.
    func answered() {
        run { $0.answered() }
    }

    /// The answer cannot be completed.
    func abort() {
        run { $0.abort() }
    }

    private func run(_ body: @escaping @Sendable (DirectChannelHandler) -> Void) {
        if loop.inEventLoop {
            body(handler.value)
        } else {
            loop.execute { [handler] in body(handler.value) }
        }
    }
}
