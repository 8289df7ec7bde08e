import CCurl
import Synchronization

/// One request under way, from both sides: the task that waits for it and the loop that carries it.
///
/// Unchecked because of the members marked «loop»: only the reactor's thread touches them once the transfer is
/// submitted. What both sides touch is in `shared`, behind its lock; continuations are resumed outside of it.
final class Transfer: @unchecked Sendable {
    enum Waiter {
        case whole(Waiting<OutgoingResponse>)
        case head(Waiting<ResponseHead>)
        case chunk(Waiting<[UInt8]?>)
    }

    private struct Shared {
        var waiter: Waiter?
        var queue: BodyQueue
        var isSubmitted = false
        var isFinished = false
        var isCancelled = false
    }

    let isStreaming: Bool
    private let shared: Mutex<Shared>
    private let driver: CurlDriver
    private let maximumBytes: Int
    private let announcesBody: Bool

    // Loop
    var easy: EasyHandle?
    var position = -1
    var isAwaitingWake = false
    private(set) var deadlines: TransferDeadlines
    private(set) var failure: CurlError?
    private(set) var isSent = false
    private var reader: HeaderReader
    private var body: [UInt8] = []
    private var received = 0

    init(_ request: OutgoingRequest, isStreaming: Bool, easy: EasyHandle, driver: CurlDriver) {
        let configuration = driver.configuration
        self.isStreaming = isStreaming
        self.driver = driver
        self.easy = easy
        maximumBytes = request.maximumResponseBytes
        announcesBody = request.method != "HEAD"
        shared = Mutex(Shared(queue: BodyQueue(capacity: configuration.streamBufferBytes)))
        deadlines = TransferDeadlines(request, now: MonotonicClock.nanoseconds())
        reader = HeaderReader(maximumBytes: configuration.maximumHeaderBytes)
    }

    // MARK: The waiting task

    /// Sends the request; `waiter` is resumed once, with the answer or its head.
    func start(_ waiter: Waiter) {
        let isCancelled = shared.withLock { shared in
            if !shared.isCancelled {
                shared.waiter = waiter
                shared.isSubmitted = true
            }
            return shared.isCancelled
        }
        guard !isCancelled else {
            driver.giveBack(unsubmitted: self)
            waiter.fail(CurlError(.cancelled))
            return
        }
        driver.post(.start(self))
    }

    /// Ends the transfer and closes its connection; whoever waits is told at once. Late calls do nothing.
    func cancel() {
        let error = CurlError(.cancelled)
        let (isUnderWay, waiter) = shared.withLock { shared in
            let isUnderWay = shared.isSubmitted && !shared.isFinished && !shared.isCancelled
            shared.isCancelled = true
            if isUnderWay { shared.queue.abandon(error) }
            let waiter = shared.waiter
            shared.waiter = nil
            return (isUnderWay, waiter)
        }
        waiter?.fail(error)
        if isUnderWay { driver.post(.cancel(self)) }
    }

    /// What of the body is there without waiting.
    func takeNow() -> BodyQueue.Take {
        let take = shared.withLock { $0.queue.take() }
        if case .chunk(_, resumes: true) = take { driver.post(.resume(self)) }
        return take
    }

    /// Resumes `continuation` with the next part of the body, when there is one.
    func waitForChunk(_ continuation: Waiting<[UInt8]?>) {
        let waiter = Waiter.chunk(continuation)
        let outcome: (take: BodyQueue.Take, isSecond: Bool) = shared.withLock { shared in
            guard shared.waiter == nil else { return (.nothing, true) }
            let take = shared.queue.take()
            if take == .nothing { shared.waiter = waiter }
            return (take, false)
        }
        guard !outcome.isSecond else {
            waiter.fail(CurlError(.invalidRequest, "the body is read by two tasks at once"))
            return
        }
        deliver(outcome.take, to: continuation)
    }

    private func deliver(_ take: BodyQueue.Take, to continuation: Waiting<[UInt8]?>) {
        switch take {
        case .nothing: break
        case .chunk(let bytes, let resumes):
            if resumes { driver.post(.resume(self)) }
            continuation.resume(returning: bytes)
        case .end: continuation.resume(returning: nil)
        case .failed(let error): continuation.resume(throwing: error)
        }
    }

    // MARK: Loop

    func requestIsSent() {
        isSent = true
        deadlines.sent(now: driver.now)
        driver.deadlineChanged(of: self)
    }

    /// Takes a line of the head; libcurl aborts the transfer when fewer bytes are taken than given.
    func receive(headerLine bytes: UnsafeRawBufferPointer) -> Int {
        deadlines.received(now: driver.now)
        driver.deadlineChanged(of: self)
        let step = unsafe reader.take(bytes)
        switch step {
        case .more:
            return bytes.count
        case .failed(let code):
            return fail(CurlError(code, "the head of the answer", requestMayHaveBeenSent: true))
        case .complete:
            return prepareForBody() ? bytes.count : 0
        }
    }

    private func prepareForBody() -> Bool {
        let announced = announcesBody ? reader.head?.contentLength ?? 0 : 0
        guard announced <= maximumBytes else {
            _ = fail(tooLarge)
            return false
        }
        if isStreaming {
            driver.wakeAfterTurn(self)
        } else {
            // No more than 1 MiB on the word of the other side.
            body.reserveCapacity(min(max(0, announced), 1 << 20))
        }
        return true
    }

    /// Takes a part of the body, or has libcurl hold it back.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        deadlines.received(now: driver.now)
        guard received + bytes.count <= maximumBytes else { return fail(tooLarge) }
        if isStreaming {
            let isTaken = shared.withLock { unsafe $0.queue.offer(bytes) }
            guard isTaken else {
                deadlines.paused()
                return Int(CURL_WRITEFUNC_PAUSE)
            }
            driver.wakeAfterTurn(self)
        } else {
            unsafe body.append(contentsOf: bytes)
        }
        received += bytes.count
        return bytes.count
    }

    /// The reader has made room.
    func resumed() {
        deadlines.received(now: driver.now)
        driver.deadlineChanged(of: self)
    }

    /// Resumes the reader if there is something for it.
    func wake() {
        guard let head = reader.head else { return }
        let (waiter, take) = shared.withLock { shared -> (Waiter?, BodyQueue.Take) in
            switch shared.waiter {
            case .head:
                defer { shared.waiter = nil }
                return (shared.waiter, .nothing)
            case .chunk:
                let take = shared.queue.take()
                guard take != .nothing else { return (nil, take) }
                defer { shared.waiter = nil }
                return (shared.waiter, take)
            case .whole, nil: return (nil, .nothing)
            }
        }
        switch waiter {
        case .head(let continuation): continuation.resume(returning: head)
        case .chunk(let continuation): deliver(take, to: continuation)
        case .whole, nil: break
        }
    }

    /// The transfer is over, well when `error` is nil. Called once, when the handle is given back.
    func finish(_ error: CurlError?) {
        let waiter = shared.withLock { shared -> Waiter? in
            shared.isFinished = true
            shared.queue.finish(error)
            guard case .chunk = shared.waiter else {
                if case .head = shared.waiter, reader.head != nil { return nil }
                defer { shared.waiter = nil }
                return shared.waiter
            }
            return nil
        }
        guard let waiter else {
            wake()
            return
        }
        if let error {
            waiter.fail(error)
        } else if case .whole(let continuation) = waiter, let head = reader.head {
            continuation.resume(returning: OutgoingResponse(status: head.status, headers: head.headers, body: body))
        } else {
            waiter.fail(CurlError(.transferBroken, "the answer has no head", requestMayHaveBeenSent: true))
        }
    }

    private var tooLarge: CurlError {
        CurlError(.bodyTooLarge, "more than \(maximumBytes) bytes", requestMayHaveBeenSent: true)
    }

    private func fail(_ error: CurlError) -> Int {
        failure = error
        return 0
    }
}

extension Transfer.Waiter {
    func fail(_ error: CurlError) {
        switch self {
        case .whole(let continuation): continuation.resume(throwing: error)
        case .head(let continuation): continuation.resume(throwing: error)
        case .chunk(let continuation): continuation.resume(throwing: error)
        }
    }
}
