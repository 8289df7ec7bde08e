import CLinux
import Glibc

/// An epoll instance and the eventfd that interrupts its wait. Used by the loop's thread, but for `wake`.
@safe final class Poller: Sendable {
    private let epoll: Int32
    private let wakeup: Int32

    /// The token that stands for the eventfd; descriptors have tokens from 1.
    static let wakeToken: UInt64 = 0

    init() throws(ReactorError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .systemCall(name: "epoll_create1", errno: errno) }
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else {
            let code = errno
            close(epoll)
            throw .systemCall(name: "eventfd", errno: code)
        }
        try control(EPOLL_CTL_ADD, descriptor: wakeup, interest: .readable, token: Self.wakeToken)
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    func add(descriptor: Int32, interest: Readiness, token: UInt64) throws(ReactorError) {
        try control(EPOLL_CTL_ADD, descriptor: descriptor, interest: interest, token: token)
    }

    func modify(descriptor: Int32, interest: Readiness, token: UInt64) throws(ReactorError) {
        try control(EPOLL_CTL_MOD, descriptor: descriptor, interest: interest, token: token)
    }

    /// Forgets a descriptor. One that is closed already has been forgotten by the kernel, which is no error.
    func remove(descriptor: Int32) {
        var unused = unsafe asterism_epoll_event(0, 0)
        _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused)
    }

    /// Interrupts `wait`. Safe from any thread.
    func wake() {
        eventfd_write(wakeup, 1)
    }

    /// Waits for readiness, at most `timeoutMilliseconds` (-1: without end), and hands each ready token to `body`.
    ///
    /// Up to 256 events a call: more than the sockets of one process are ready at once here, and what is left
    /// over is reported by the next call.
    func wait(timeoutMilliseconds: Int32, _ body: (UInt64, Readiness) -> Void) {
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { events in
            let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(events.count), timeoutMilliseconds)
            guard count > 0 else { return }
            for index in 0..<Int(count) {
                let event = unsafe events[index]
                let token = unsafe withUnsafePointer(to: event) { unsafe asterism_epoll_token($0) }
                if token == Self.wakeToken {
                    drainWakeup()
                } else {
                    body(token, Readiness(rawValue: unsafe event.events))
                }
            }
        }
    }

    private func drainWakeup() {
        var value: eventfd_t = 0
        unsafe eventfd_read(wakeup, &value)
    }

    private func control(
        _ operation: Int32, descriptor: Int32, interest: Readiness, token: UInt64
    ) throws(ReactorError) {
        var event = unsafe asterism_epoll_event(interest.rawValue, token)
        guard unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
            throw .systemCall(name: "epoll_ctl", errno: errno)
        }
    }
}
