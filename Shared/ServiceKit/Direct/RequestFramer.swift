import NIOCore

/// Tells, on one connection, which requests are answered directly and which go to the HTTP server, and where each ends.
///
/// Pure. Requests are handed out one at a time and in order: while one is being answered, by whomever, what comes
/// behind it is held. As soon as something comes whose end cannot be told for certain, the connection is the HTTP
/// server's for good.
struct RequestFramer {
    enum Step {
        /// Bytes for the HTTP server.
        case forward(ByteBuffer)
        /// A whole request to be answered directly, with its route.
        case answer(DirectRequestHead, route: String, body: [UInt8])
    }

    private enum State {
        case idle
        case receiving(DirectRequestHead, route: String, missing: Int)
        case answering
        /// A request of the HTTP server's, of which so many bytes are still to come.
        case forwarding(missing: Int, isAnswered: Bool)
        case forwarded
        case passing
    }

    private let route: (DirectRequestHead) -> String?
    private let maximumBody: Int
    private var state = State.idle
    private var held = ByteBuffer()
    private var body: [UInt8] = []

    /// - Parameters:
    ///   - maximumBody: A request that announces more goes to the HTTP server, which refuses it.
    ///   - route: Of a request that is answered directly; nil for every other one.
    init(maximumBody: Int, route: @escaping (DirectRequestHead) -> String?) {
        self.maximumBody = maximumBody
        self.route = route
    }

    /// Bytes that wait behind a request under way.
    var heldBytes: Int { held.readableBytes }

    /// A request is being received or answered directly: the HTTP server knows nothing of it.
    var isDirect: Bool {
        switch state {
        case .receiving, .answering: true
        default: false
        }
    }

    /// A request is being answered directly.
    var isAnswering: Bool {
        if case .answering = state { return true }
        return false
    }

    mutating func receive(_ bytes: inout ByteBuffer) {
        if held.readableBytes == 0 {
            held = bytes
        } else {
            held.writeBuffer(&bytes)
        }
    }

    /// What to do now; nil when more bytes or an answer must come first.
    mutating func next() -> Step? {
        guard held.readableBytes > 0 else { return nil }
        switch state {
        case .answering, .forwarded: return nil
        case .passing: return .forward(take(held.readableBytes))
        case .receiving(let head, let route, let missing): return collect(head, route, missing)
        case .forwarding(let missing, let isAnswered): return forward(missing, isAnswered)
        case .idle: return begin()
        }
    }

    /// The request under way has its whole answer.
    mutating func answered() {
        switch state {
        case .answering, .forwarded: state = .idle
        case .forwarding(let missing, _): state = .forwarding(missing: missing, isAnswered: true)
        case .idle, .receiving, .passing: break
        }
    }

    private mutating func begin() -> Step? {
        let window = held.getBytes(
            at: held.readerIndex, length: min(held.readableBytes, DirectRequestHead.maximumBytes))
        guard let window, let head = DirectRequestHead(window) else {
            state = .passing
            return .forward(take(held.readableBytes))
        }
        let length = head.contentLength ?? 0
        guard head.contentLength != nil, length <= maximumBody, let route = route(head) else {
            return forward(head.byteCount + length, false)
        }
        held.moveReaderIndex(forwardBy: head.byteCount)
        body = []
        // A length is only an announcement: room for more than this is made as bytes come.
        body.reserveCapacity(min(length, 1 << 20))
        return collect(head, route, length)
    }

    private mutating func collect(_ head: DirectRequestHead, _ route: String, _ missing: Int) -> Step? {
        let count = min(missing, held.readableBytes)
        if count > 0 {
            body.append(contentsOf: held.readableBytesView.prefix(count))
            held.moveReaderIndex(forwardBy: count)
        }
        guard count == missing else {
            state = .receiving(head, route: route, missing: missing - count)
            release()
            return nil
        }
        state = .answering
        release()
        defer { body = [] }
        return .answer(head, route: route, body: body)
    }

    private mutating func forward(_ missing: Int, _ isAnswered: Bool) -> Step? {
        let count = min(missing, held.readableBytes)
        if count < missing {
            state = .forwarding(missing: missing - count, isAnswered: isAnswered)
        } else {
            state = isAnswered ? .idle : .forwarded
        }
        return .forward(take(count))
    }

    private mutating func take(_ count: Int) -> ByteBuffer {
        guard count < held.readableBytes else {
            defer { held = ByteBuffer() }
            return held
        }
        return held.readSlice(length: count) ?? ByteBuffer()
    }

    /// Lets the memory of what was read go.
    private mutating func release() {
        if held.readableBytes == 0 { held = ByteBuffer() }
    }
}
