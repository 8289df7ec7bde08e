import Contracts
import Observability
import Resilience

/// Writes what becomes of targets into the metrics.
struct HealthObserver: Sendable {
    let metrics: MetricsRegistry?

    /// 1 when calls pass, 0.5 when a few find out, 0 when they go elsewhere.
    static func level(_ state: CircuitBreaker.State) -> Double {
        switch state {
        case .closed: 1
        case .halfOpen: 0.5
        case .open: 0
        }
    }

    func changed(_ key: TargetKey, to state: CircuitBreaker.State) {
        guard let metrics else { return }
        let level = Self.level(state)
        metrics.gauge(
            "model_target_health", help: "1 when the circuit of a model's target is closed, 0 when it is open.",
            labels: Self.labels(key)
        ).set(level)
        guard level == 0 else { return }
        metrics.counter(
            "model_target_openings", help: "Circuits of models' targets that opened.", labels: Self.labels(key)
        ).add()
    }

    func cooledDown(_ key: TargetKey) {
        metrics?.counter(
            "model_target_cooldowns", help: "Times that a model's target took no more for a while.",
            labels: Self.labels(key)
        ).add()
    }

    private static func labels(_ key: TargetKey) -> MetricLabels {
        ["tenant": key.tenant.description, "provider": key.provider.description, "model": key.model]
    }
}
