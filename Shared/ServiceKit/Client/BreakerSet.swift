import Contracts
import Observability
import Resilience
import Synchronization

/// One circuit breaker for each of the other services.
final class BreakerSet: Sendable {
    private let breakers: Mutex<[ServiceName: CircuitBreaker]>
    private let refusals: [ServiceName: ValueSeries]
    private let states: [ServiceName: ValueSeries]

    init(metrics: MetricsRegistry, settings: CircuitBreaker.Settings = .init()) {
        breakers = Mutex(
            Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, CircuitBreaker(settings: settings)) }))
        refusals = Dictionary(
            uniqueKeysWithValues: ServiceName.allCases.map { service in
                let help = "Calls not made because the circuit was open."
                return (
                    service,
                    metrics.counter("circuit_breaker_refusals", help: help, labels: ["target": service.rawValue])
                )
            })
        states = Dictionary(
            uniqueKeysWithValues: ServiceName.allCases.map { service in
                let help = "0 closed, 1 half-open, 2 open."
                return (
                    service, metrics.gauge("circuit_breaker_state", help: help, labels: ["target": service.rawValue])
                )
            })
    }

    /// - Throws: 503 with `Retry-After` while the circuit is open.
    func admit(_ service: ServiceName) throws(APIError) -> CircuitBreaker.Permit {
        let now = ContinuousClock.now
        let (permit, wait) = change(service) { ($0.admit(at: now), $0.retryAfter(at: now)) }
        if let permit { return permit }
        refusals[service]?.add()
        throw .unavailable(
            "\(service.rawValue) cannot answer now", retryAfterSeconds: Int(wait / .seconds(1)) + 1,
            internalReason: "the circuit to \(service.rawValue) is open")
    }

    func record(_ service: ServiceName, _ permit: CircuitBreaker.Permit, succeeded: Bool) {
        change(service) { $0.record(permit, succeeded: succeeded, at: .now) }
    }

    func abandon(_ service: ServiceName, _ permit: CircuitBreaker.Permit) {
        change(service) { $0.abandon(permit) }
    }

    private func change<Result: Sendable>(
        _ service: ServiceName, _ body: (inout CircuitBreaker) -> Result
    ) -> Result {
        let (result, state) = breakers.withLock { breakers in
            let result = body(&breakers[service, default: CircuitBreaker()])
            return (result, breakers[service, default: CircuitBreaker()].state)
        }
        states[service]?.set(Self.number(state))
        return result
    }

    private static func number(_ state: CircuitBreaker.State) -> Double {
        switch state {
        case .closed: 0
        case .halfOpen: 1
        case .open: 2
        }
    }
}
