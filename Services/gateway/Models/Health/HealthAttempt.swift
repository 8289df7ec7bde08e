import Resilience
import Synchronization

/// One attempt at a target, from its sending to its end, which is noted once.
final class HealthAttempt: Sendable {
    private let health: TargetHealth
    private let provider: ModelProvider
    private let permit: CircuitBreaker.Permit?
    private let isEnded = Atomic(false)

    init(_ target: ModelTarget, at now: ContinuousClock.Instant) {
        health = target.health
        provider = target.provider
        permit = target.health.began(at: now)
    }

    deinit {
        end(.abandoned, at: .now)
    }

    /// Later calls do nothing.
    func end(_ result: AttemptResult, at now: ContinuousClock.Instant = .now) {
        guard !isEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
        health.ended(permit, result, of: provider, at: now)
    }
}
