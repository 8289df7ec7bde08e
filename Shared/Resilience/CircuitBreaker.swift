/// Stops calling a target that keeps failing, and finds out with few calls when it is well again.
///
/// A pure state machine over a window of the last outcomes. Closed: calls pass. Open: calls are refused for
/// `cooldown`, which doubles with each failed probe up to `maximumCooldown`. Half-open: `probes` calls pass; one
/// failure opens it again, `probes` successes close it.
package struct CircuitBreaker: Sendable {
    package enum State: Sendable, Equatable {
        case closed
        case open(until: ContinuousClock.Instant)
        case halfOpen(admitted: Int, succeeded: Int)
    }

    package struct Settings: Sendable, Equatable {
        /// Outcomes remembered, 1 to 64.
        package var window: Int
        /// Failures among them that open the circuit.
        package var failures: Int
        package var cooldown: Duration
        package var maximumCooldown: Duration
        /// Calls let through at once while half-open.
        package var probes: Int

        /// Half of the last twenty calls failing is an outage rather than noise; one second of rest is short for a
        /// person and long for a restarting process.
        package init(
            window: Int = 20, failures: Int = 10, cooldown: Duration = .seconds(1),
            maximumCooldown: Duration = .seconds(30), probes: Int = 2
        ) {
            self.window = min(max(window, 1), 64)
            self.failures = min(max(failures, 1), self.window)
            self.cooldown = max(cooldown, .milliseconds(1))
            self.maximumCooldown = max(maximumCooldown, self.cooldown)
            self.probes = max(probes, 1)
        }
    }

    /// Permission for one call. Its outcome must be reported exactly once, by `record` or `abandon`.
    package struct Permit: Sendable, Equatable {
        let generation: UInt64
        let isProbe: Bool
    }

    package private(set) var state = State.closed
    private let settings: Settings
    private var outcomes: UInt64 = 0
    private var consecutiveOpenings = 0
    /// Counts changes of state, so that the outcome of a call admitted before a change is not counted after it.
    private var generation: UInt64 = 0

    package init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// Nil when the call must not be made; `retryAfter` then says when to ask again.
    package mutating func admit(at now: ContinuousClock.Instant) -> Permit? {
        if case .open(let until) = state, now >= until { change(to: .halfOpen(admitted: 0, succeeded: 0)) }
        switch state {
        case .closed:
            return Permit(generation: generation, isProbe: false)
        case .open:
            return nil
        case .halfOpen(let admitted, let succeeded):
            guard admitted < settings.probes else { return nil }
            state = .halfOpen(admitted: admitted + 1, succeeded: succeeded)
            return Permit(generation: generation, isProbe: true)
        }
    }

    package mutating func record(_ permit: Permit, succeeded: Bool, at now: ContinuousClock.Instant) {
        guard permit.generation == generation else { return }
        switch state {
        case .closed:
            push(failed: !succeeded)
            if failureCount >= settings.failures { open(at: now) }
        case .halfOpen(let admitted, let successes):
            guard succeeded else { return open(at: now) }
            guard successes + 1 >= settings.probes else {
                state = .halfOpen(admitted: admitted, succeeded: successes + 1)
                return
            }
            consecutiveOpenings = 0
            change(to: .closed)
        case .open:
            break
        }
    }

    /// The call ended without saying anything about the target, for example because its caller went away.
    package mutating func abandon(_ permit: Permit) {
        guard permit.generation == generation, case .halfOpen(let admitted, let succeeded) = state else { return }
        state = .halfOpen(admitted: max(0, admitted - 1), succeeded: succeeded)
    }

    /// An open circuit rests no longer: something besides its calls has shown that the target answers. The next calls
    /// find out whether it is well.
    package mutating func endRest() {
        if case .open = state { change(to: .halfOpen(admitted: 0, succeeded: 0)) }
    }

    /// Whether a half-open circuit lets another call through; true for a closed one, false for an open one.
    package var hasRoom: Bool {
        switch state {
        case .closed: true
        case .open: false
        case .halfOpen(let admitted, _): admitted < settings.probes
        }
    }

    /// How long an open circuit stays so; zero when it is not open.
    package func retryAfter(at now: ContinuousClock.Instant) -> Duration {
        guard case .open(let until) = state else { return .zero }
        return max(.zero, now.duration(to: until))
    }

    private var failureCount: Int { outcomes.nonzeroBitCount }

    private mutating func push(failed: Bool) {
        let mask: UInt64 = settings.window == 64 ? .max : (1 << UInt64(settings.window)) - 1
        outcomes = ((outcomes << 1) | (failed ? 1 : 0)) & mask
    }

    private mutating func open(at now: ContinuousClock.Instant) {
        consecutiveOpenings += 1
        let growth = Backoff(base: settings.cooldown, maximum: settings.maximumCooldown)
        change(to: .open(until: now + growth.ceiling(attempt: consecutiveOpenings)))
    }

    private mutating func change(to next: State) {
        state = next
        generation &+= 1
        outcomes = 0
    }
}
