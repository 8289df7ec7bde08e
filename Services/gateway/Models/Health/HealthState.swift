import CurlClient
import Foundation

/// What may be expected of a target at a moment.
enum HealthState: Sendable, Equatable {
    /// Calls pass.
    case healthy
    /// It failed, has rested, and a few calls find out whether it is well again.
    case probing
    /// It failed too often; calls go elsewhere until then if there is an elsewhere.
    case open(until: ContinuousClock.Instant)
    /// It has said that it takes no more until then.
    case coolingDown(until: ContinuousClock.Instant)

    var name: String {
        switch self {
        case .healthy: "healthy"
        case .probing: "probing"
        case .open: "open"
        case .coolingDown: "cooling_down"
        }
    }
}

/// How a target fares at a moment.
struct HealthSnapshot: Sendable {
    var state = HealthState.healthy
    /// Calls that were sent and not answered yet, by this gateway.
    var underWay = 0
    /// Decayed means, in seconds; nil when nothing was measured lately.
    var firstToken: Double?
    var total: Double?
    /// The decayed share of attempts that failed, 0 to 1; nil when there were none lately.
    var failureShare: Double?
}

/// How one attempt at a target ended, as far as it says something about the target.
enum AttemptResult: Sendable {
    /// The answer came to its end. `firstToken` is the time from sending to the first event of a stream, nil for a
    /// whole answer; `total` the time to the end.
    case answered(firstToken: Duration?, total: Duration)
    /// The provider, or the way to it, failed; or it refused what is configured for it.
    case failed
    /// The provider is well and refused this very request.
    case refused
    /// It takes no more (429, 529). `retryAfter` is what it said, nil when it said nothing.
    case throttled(retryAfter: Duration?)
    /// It failed, and said when to come back (503 with `Retry-After`).
    case unavailable(retryAfter: Duration)
    /// It says nothing: the client went, or the budget ended.
    case abandoned
}

extension AttemptResult {
    /// What a failure says about the target: a refusal of the request that it is well, a limit that it wants rest, and
    /// everything else, our credentials that it does not take among it, that calls had better go elsewhere.
    init(_ failure: ProviderFailure, at now: Date = Date()) {
        switch failure.blame {
        case .request: self = .refused
        case .limit:
            let headers = failure.headers
            if failure.status == 503, let delay = ProviderCooldown.stated({ headers?[$0] }, at: now) {
                self = .unavailable(retryAfter: delay)
                return
            }
            self = .throttled(retryAfter: ProviderCooldown.duration({ headers?[$0] }, at: now))
        case .configuration, .provider: self = .failed
        }
    }
}
