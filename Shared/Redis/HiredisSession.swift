import CHiredis
import Reactor

/// One socket and the hiredis context that speaks over it. Used on the reactor's thread only.
///
/// hiredis frees its context by itself when the connection breaks, often in the middle of a call that we made. So the
/// context holds a reference to the session until its `cleanup` hook, which is where the session learns that the context
/// is gone; and each call into hiredis is followed by a look at whether it still is there.
@safe final class HiredisSession: ReadinessHandler {
    private let reactor: Reactor
    private weak var owner: (any SessionOwner)?
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private var descriptor: Int32
    private var isConnected = false
    private var isWatched = false
    private var interest: Readiness = []
    private var isFlushScheduled = false
    private var isInsideHiredis = false

    /// Begins to connect.
    ///
    /// - Parameter address: A numeric address: a name would be looked up here and stall the loop.
    init(address: String, port: Int, reactor: Reactor, owner: any SessionOwner) throws(RedisError) {
        self.reactor = reactor
        self.owner = owner
        guard let context = unsafe redisAsyncConnect(address, Int32(clamping: port)) else {
            throw RedisError(.unavailable, "out of memory")
        }
        guard unsafe context.pointee.err == 0 else {
            let reason = unsafe String(cString: context.pointee.errstr)
            unsafe redisAsyncFree(context)
            throw RedisError(.unavailable, reason)
        }
        unsafe self.context = context
        descriptor = unsafe context.pointee.c.fd
        unsafe installHooks(context)
    }

    /// Hands a command over; it is written at the end of this turn of the loop together with its neighbours.
    /// False when the session is over.
    func send(_ frame: CommandFrame) -> Bool {
        guard let context = unsafe context else { return false }
        return unsafe frame.bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: frame.lengths.count) {
                words in
                // An empty word needs an address as well; the frame is never empty, so there is one.
                var next = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                for (index, length) in frame.lengths.enumerated() {
                    unsafe words[index] = unsafe next
                    unsafe next = unsafe next?.advanced(by: length)
                }
                let status = unsafe redisAsyncCommandArgv(
                    context, Self.onReply, nil, Int32(frame.lengths.count), words.baseAddress, frame.lengths)
                return status == REDIS_OK
            }
        }
    }

    /// Ends the session at once; commands under way get no answer, and the owner is told nothing more.
    func close() {
        owner = nil
        guard let context = unsafe context else { return }
        // From within a callback hiredis only marks the context and frees it when the callback has returned.
        unsafe redisAsyncFree(context)
    }

    func descriptorIsReady(_ readiness: Readiness) {
        let isFailed = !readiness.isDisjoint(with: .failed)
        if isConnected, isFailed || readiness.contains(.readable) {
            unsafe call { unsafe redisAsyncHandleRead($0) }
        }
        // The read may have freed the context, which `call` checks.
        if isFailed || readiness.contains(.writable) {
            unsafe call { unsafe redisAsyncHandleWrite($0) }
        }
    }

    // MARK: Writing

    /// Everything that was handed over in this turn leaves in one write: hiredis alone would ask for writability
    /// first, which costs two changes of the interest and a further turn for each batch.
    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        reactor.schedule(after: .zero) { [self] in
            isFlushScheduled = false
            unsafe call { unsafe redisAsyncHandleWrite($0) }
        }
    }

    private func call(_ body: (UnsafeMutablePointer<redisAsyncContext>) -> Void) {
        guard let context = unsafe context else { return }
        isInsideHiredis = true
        unsafe body(context)
        isInsideHiredis = false
    }

    // MARK: What hiredis tells us

    private func want(_ readiness: Readiness) {
        if isConnected, readiness == .writable, !isInsideHiredis {
            scheduleFlush()
        } else {
            watch(for: interest.union(readiness))
        }
    }

    private func watch(for wanted: Readiness) {
        guard wanted != interest || !isWatched else { return }
        interest = wanted
        do {
            if isWatched {
                try reactor.rewatch(descriptor, for: wanted)
            } else {
                try reactor.watch(descriptor, for: wanted, handler: self)
                isWatched = true
            }
        } catch {
            // The kernel has no room for another descriptor: the connection is of no use.
            let owner = owner
            reactor.schedule(after: .zero) { [self] in
                close()
                owner?.sessionDidEnd("epoll: \(error)")
            }
        }
    }

    private func didConnect(status: Int32) {
        guard status == REDIS_OK else { return }
        isConnected = true
        owner?.sessionDidConnect()
    }

    private func didFree() {
        let reason = unsafe context.map { unsafe String(cString: $0.pointee.errstr) } ?? ""
        unsafe context = nil
        // Before hiredis closes the descriptor, whose number the next socket may get.
        if isWatched { reactor.unwatch(descriptor) }
        isWatched = false
        guard let owner else { return }
        self.owner = nil
        // Not from within hiredis, which is about to free what it stands on.
        reactor.schedule(after: .zero) {
            owner.sessionDidEnd(reason.isEmpty ? "the server closed the connection" : reason)
        }
    }

    private func didReceive(_ reply: UnsafeMutableRawPointer?) {
        // Nil ends a command whose connection is gone; `didFree` tells of that.
        guard let reply = unsafe reply, let owner else { return }
        unsafe owner.sessionDidReceive(
            ReplyReader.value(of: UnsafePointer(reply.assumingMemoryBound(to: redisReply.self))))
    }

    private func installHooks(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        unsafe context.pointee.ev.data = Unmanaged.passRetained(self).toOpaque()
        unsafe context.pointee.ev.addRead = { unsafe HiredisSession.at($0)?.want(.readable) }
        unsafe context.pointee.ev.addWrite = { unsafe HiredisSession.at($0)?.want(.writable) }
        unsafe context.pointee.ev.delRead = { _ in }
        unsafe context.pointee.ev.delWrite = {
            guard let session = unsafe HiredisSession.at($0) else { return }
            session.watch(for: session.interest.subtracting(.writable))
        }
        unsafe context.pointee.ev.cleanup = {
            guard let pointer = unsafe $0 else { return }
            let session = unsafe Unmanaged<HiredisSession>.fromOpaque(pointer)
            unsafe session.takeUnretainedValue().didFree()
            unsafe session.release()
        }
        // Setting this one asks for writability, so the hooks come first.
        unsafe redisAsyncSetConnectCallback(context) { context, status in
            guard let context = unsafe context else { return }
            unsafe HiredisSession.at(context.pointee.ev.data)?.didConnect(status: status)
        }
    }

    private static let onReply:
        @convention(c) (
            UnsafeMutablePointer<redisAsyncContext>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
        ) -> Void = { context, reply, _ in
            guard let context = unsafe context else { return }
            unsafe HiredisSession.at(context.pointee.ev.data)?.didReceive(reply)
        }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> HiredisSession? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Unmanaged<HiredisSession>.fromOpaque(pointer).takeUnretainedValue()
    }
}
