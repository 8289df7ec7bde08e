/// What a failure says about trying again.
package enum FailureClass: Sendable, Hashable, CaseIterable {
    /// The other side certainly did nothing: not resolved, connection refused, 429 or 503 before any work.
    case notStarted
    /// It may or may not have acted: a timeout, a connection lost after sending, 500, 502, 504.
    case ambiguous
    /// Trying again would fail in the same way: a 4xx, a body that does not decode, a refusal by policy.
    case permanent
}

/// Whether, and after how long, a failed call is made again.
///
/// Bounded in attempts and by the caller's deadline; an ambiguous failure is retried only for a call that is
/// idempotent.
package struct RetryPolicy: Sendable {
    package enum Decision: Sendable, Equatable {
        case retry(after: Duration)
        case giveUp
    }

    /// Calls in all, the first included; at least 1.
    package let maximumAttempts: Int
    package let backoff: Backoff

    /// Three attempts survive a restart of one replica behind a balancer; more would multiply load on a dying service.
    package init(maximumAttempts: Int = 3, backoff: Backoff = Backoff()) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.backoff = backoff
    }

    package static let never = RetryPolicy(maximumAttempts: 1)

    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - retryAfter: What the other side asked for; never shortened, and the call is given up if it is too long.
    ///   - remaining: What is left of the caller's deadline.
    package func decide(
        after failure: FailureClass, attempt: Int, isIdempotent: Bool, retryAfter: Duration? = nil,
        remaining: Duration, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        guard attempt < maximumAttempts, failure != .permanent else { return .giveUp }
        guard failure == .notStarted || isIdempotent else { return .giveUp }
        let wait = max(backoff.delay(attempt: attempt, using: &generator), retryAfter ?? .zero)
        return wait < remaining ? .retry(after: wait) : .giveUp
    }
}
