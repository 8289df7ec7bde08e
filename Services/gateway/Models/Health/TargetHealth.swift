import Contracts
import Resilience
import Synchronization

/// How one target fares: circuit breaker, cooldown, latencies, calls under way. Shared by everything that calls it.
final class TargetHealth: Sendable {
    /// Five failures among the last twenty calls are an outage rather than noise, at the price of a model call; two
    /// seconds of rest are what a restart takes, a minute is how soon a recovery should be noticed at the latest.
    static let breaker = CircuitBreaker.Settings(
        window: 20, failures: 5, cooldown: .seconds(2), maximumCooldown: .seconds(60), probes: 2)
    /// A refusal without a word on when to come back.
    private static let unstatedCooldown = Backoff(base: .seconds(1), maximum: .seconds(30))

    private struct State {
        var breaker = CircuitBreaker(settings: TargetHealth.breaker)
        var coolingUntil: ContinuousClock.Instant?
        /// Until then by its own word.
        var refusesUntil: ContinuousClock.Instant?
        var throttles = 0
        var underWay = 0
        var firstToken = DecayedAverage()
        var total = DecayedAverage()
        var failures = DecayedAverage()
        /// As it was at the last failure, for the checks; nil while there was none.
        var failing: ModelProvider?
    }

    let key: TargetKey
    /// Told of every change between closed, half-open and open, and of every cooldown.
    private let observer: HealthObserver?
    private let content = Mutex(State())

    init(key: TargetKey, observer: HealthObserver? = nil) {
        self.key = key
        self.observer = observer
    }

    func snapshot(at now: ContinuousClock.Instant) -> HealthSnapshot {
        content.withLock { state in
            HealthSnapshot(
                state: Self.health(state, now), underWay: state.underWay, firstToken: state.firstToken.mean(at: now),
                total: state.total.mean(at: now), failureShare: state.failures.mean(at: now))
        }
    }

    func state(at now: ContinuousClock.Instant) -> HealthState {
        content.withLock { Self.health($0, now) }
    }

    /// Until when the target itself has said that it takes no more; nil when it takes calls, or did not say until when.
    func refusal(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        content.withLock { $0.refusesUntil.flatMap { $0 > now ? $0 : nil } }
    }

    /// An attempt is sent. It is let through also when the circuit is open: what is refused is for the router to say.
    func began(at now: ContinuousClock.Instant) -> CircuitBreaker.Permit? {
        content.withLock { state in
            state.underWay += 1
            return state.breaker.admit(at: now)
        }
    }

    func ended(
        _ permit: CircuitBreaker.Permit?, _ result: AttemptResult, of provider: ModelProvider,
        at now: ContinuousClock.Instant
    ) {
        let (before, after) = content.withLock { state in
            let before = state.breaker.state
            state.underWay = max(0, state.underWay - 1)
            Self.note(result, permit, in: &state, now)
            if case .open = state.breaker.state { state.failing = provider }
            return (before, state.breaker.state)
        }
        switch result {
        case .throttled, .unavailable: observer?.cooledDown(key)
        case .answered, .failed, .refused, .abandoned: break
        }
        report(before, after)
    }

    /// The provider to check, while the circuit is open and rests; nil otherwise.
    func providerToCheck(at now: ContinuousClock.Instant) -> ModelProvider? {
        content.withLock { state in
            guard case .open(let until) = state.breaker.state, until > now else { return nil }
            return state.failing
        }
    }

    /// A check found the target answering: the next calls find out whether it is well.
    func answeredCheck() {
        let (before, after) = content.withLock { state in
            let before = state.breaker.state
            state.breaker.endRest()
            return (before, state.breaker.state)
        }
        report(before, after)
    }

    private func report(_ before: CircuitBreaker.State, _ after: CircuitBreaker.State) {
        if HealthObserver.level(before) != HealthObserver.level(after) { observer?.changed(key, to: after) }
    }

    private static func note(
        _ result: AttemptResult, _ permit: CircuitBreaker.Permit?, in state: inout State,
        _ now: ContinuousClock.Instant
    ) {
        switch result {
        case .answered(let firstToken, let total):
            if let firstToken { state.firstToken.add(firstToken / .seconds(1), at: now) }
            state.total.add(total / .seconds(1), at: now)
            state.throttles = 0
            succeed(true, permit, &state, now)
        case .refused:
            succeed(true, permit, &state, now)
        case .failed:
            succeed(false, permit, &state, now)
        case .throttled(let retryAfter):
            state.throttles = min(state.throttles + 1, 32)
            let cooldown = retryAfter ?? unstatedCooldown.ceiling(attempt: state.throttles)
            rest(cooldown, isStated: retryAfter != nil, &state, now)
            // It answered, so it is there; whether it is well it did not say.
            if let permit { state.breaker.abandon(permit) }
        case .unavailable(let retryAfter):
            rest(retryAfter, isStated: true, &state, now)
            succeed(false, permit, &state, now)
        case .abandoned:
            if let permit { state.breaker.abandon(permit) }
        }
    }

    private static func rest(
        _ cooldown: Duration, isStated: Bool, _ state: inout State, _ now: ContinuousClock.Instant
    ) {
        state.coolingUntil = max(state.coolingUntil ?? now, now + cooldown)
        if isStated { state.refusesUntil = state.coolingUntil }
    }

    private static func succeed(
        _ succeeded: Bool, _ permit: CircuitBreaker.Permit?, _ state: inout State, _ now: ContinuousClock.Instant
    ) {
        state.failures.add(succeeded ? 0 : 1, at: now)
        if let permit {
            state.breaker.record(permit, succeeded: succeeded, at: now)
        } else if succeeded {
            // It was tried because there was nothing else, and it was well.
            state.breaker.endRest()
        }
    }

    private static func health(_ state: State, _ now: ContinuousClock.Instant) -> HealthState {
        if let until = state.coolingUntil, until > now { return .coolingDown(until: until) }
        switch state.breaker.state {
        case .closed: return .healthy
        case .open(let until) where until > now: return .open(until: until)
        case .open: return .probing
        case .halfOpen: return state.breaker.hasRoom ? .probing : .open(until: now)
        }
    }
}
