import Reactor

/// One moment to be woken at, moved far more often than it comes. On the loop only.
///
/// Moving it later costs nothing: the reactor's timer stays as it is, and when it fires early it is set again.
struct LazyTimer {
    private let reactor: Reactor
    private let box = Box()

    private final class Box {
        var action: () -> Void = {}
        var wanted: UInt64?
        var armed: (token: TimerToken, at: UInt64)?
    }

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    /// What is run when the moment comes. Said once: the moment is moved several times with every request.
    func onFire(_ action: @escaping () -> Void) {
        box.action = action
    }

    /// Fires at that moment of the monotonic clock, in nanoseconds, in place of what was set before.
    func set(at deadline: UInt64) {
        box.wanted = deadline
        if let armed = box.armed {
            guard deadline < armed.at else { return }
            reactor.cancel(armed.token)
        }
        arm(deadline)
    }

    /// Like `set`, unless an earlier moment is set.
    func lower(to deadline: UInt64) {
        if let wanted = box.wanted, wanted <= deadline { return }
        set(at: deadline)
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

    private func arm(_ deadline: UInt64) {
        let now = MonotonicClock.nanoseconds()
        let delay = Duration.nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0)
        let token = reactor.schedule(after: delay) { [self] in fire() }
        box.armed = (token, deadline)
    }

    private func fire() {
        box.armed = nil
        guard let wanted = box.wanted else { return }
        guard wanted <= MonotonicClock.nanoseconds() else {
            arm(wanted)
            return
        }
        box.wanted = nil
        box.action()
    }
}
