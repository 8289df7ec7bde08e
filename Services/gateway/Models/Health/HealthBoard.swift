import Contracts
import Observability
import Resilience
import Synchronization

/// How every target of every tenant fares, as this gateway has seen it.
final class HealthBoard: Sendable {
    /// Targets in memory, about 400 bytes each; past twice as many, those not used for longest are forgotten and begin
    /// anew as healthy.
    private static let capacity = 20_000

    private let known = GenerationCache<TargetKey, TargetHealth>(capacity: capacity)
    private let observer: HealthObserver

    init(metrics: MetricsRegistry? = nil) {
        observer = HealthObserver(metrics: metrics)
    }

    func health(of key: TargetKey) -> TargetHealth {
        if let health = known[key] { return health }
        let observer = observer
        return known.update(key, default: TargetHealth(key: key, observer: observer)) { $0 }
    }

    func state(of key: TargetKey, at now: ContinuousClock.Instant = .now) -> HealthState {
        known[key]?.state(at: now) ?? .healthy
    }

    /// An attempt at a target is about to be sent. Its end is to be reported to what is returned; when it never is,
    /// the attempt counts as abandoned once that is gone.
    func began(_ target: ModelTarget, at now: ContinuousClock.Instant = .now) -> HealthAttempt {
        HealthAttempt(target, at: now)
    }

    func ended(_ attempt: HealthAttempt, _ result: AttemptResult, at now: ContinuousClock.Instant = .now) {
        attempt.end(result, at: now)
    }

    /// What is known of one tenant's targets.
    func snapshots(
        of tenant: TenantID, at now: ContinuousClock.Instant = .now
    ) -> [TargetKey: HealthSnapshot] {
        known.entries { key, _ in key.tenant == tenant }.mapValues { $0.snapshot(at: now) }
    }

    /// The targets whose circuit is open and rests, `most` of them at most.
    func targetsToCheck(
        _ most: Int, at now: ContinuousClock.Instant = .now
    ) -> [(health: TargetHealth, provider: ModelProvider)] {
        var found: [(health: TargetHealth, provider: ModelProvider)] = []
        for health in known.entries({ _, health in health.providerToCheck(at: now) != nil }).values.shuffled() {
            guard found.count < most else { break }
            if let provider = health.providerToCheck(at: now) { found.append((health, provider)) }
        }
        return found
    }
}
