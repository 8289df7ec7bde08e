import Reactor

/// One moment to be woken at, moved far more often than it comes. On the loop only.
///
/// Moving it later costs nothing: the reactor's timer stays as it is, and when it fires early it is set again.
struct LazyTimer {
    private let reactor: Reactor
    private let box = Box()

    private final class Box {
        var wanted: UInt64?
        var armed: (token: TimerToken, at: UInt64)?
    }

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// Runs `action` at that moment of the monotonic clock, in nanoseconds, in place of what was set before.
    func set(at deadline: UInt64, _ action: @escaping () -> Void) {
        box.wanted = deadline
        if let armed = box.armed {
            guard deadline < armed.at else { return }
            reactor.cancel(armed.token)
        }
        arm(deadline, action)
    }

    /// Like `set`, unless an earlier moment is set.
    func lower(to deadline: UInt64, _ action: @escaping () -> Void) {
        if let wanted = box.wanted, wanted <= deadline { return }
        set(at: deadline, action)
    }

    /// Nothing is to be run; the reactor's timer runs out by itself.
    func forget() {
        box.wanted = nil
    }

    func cancel() {
        box.wanted = nil
        if let armed = box.armed { reactor.cancel(armed.token) }
        box.armed = nil
    }

    private func arm(_ deadline: UInt64, _ action: @escaping () -> Void) {
        let now = MonotonicClock.nanoseconds()
        let delay = Duration.nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0)
        let token = reactor.schedule(after: delay) { [self] in fire(action) }
        box.armed = (token, deadline)
    }

    private func fire(_ action: @escaping () -> Void) {
        box.armed = nil
        guard let wanted = box.wanted else { return }
        guard wanted <= MonotonicClock.nanoseconds() else {
            arm(wanted, action)
            return
        }
        box.wanted = nil
        action()
    }
}
