import Contracts
import Resilience

/// How many requests each tenant may send to this gateway.
///
/// The state is in the process: no request waits for another machine, and N gateways admit at most N times the rate
/// between them. Money is bounded exactly and elsewhere, by leases.
final class RequestRateLimiter: Sendable {
    /// Tenants active at once on one gateway; one that falls out begins with a full burst.
    private static let capacity = 65_536

    private let states = GenerationCache<TenantID, RateLimit.State?>(capacity: capacity)

    func admit(_ tenant: TenantID, under limit: RateLimit, at now: ContinuousClock.Instant) -> RateLimit.Decision {
        states.update(tenant, default: nil) { limit.admit(&$0, at: now) }
    }
}
