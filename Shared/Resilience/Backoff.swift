/// How long to wait before a retry: exponential growth under a ceiling, with full jitter.
///
/// Attempt `n` (from 1) waits a uniformly random time in `0 ... min(maximum, base * 2^(n-1))`. Full jitter spreads
/// the retries of many clients best ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
package struct Backoff: Sendable, Equatable {
    package let base: Duration
    package let maximum: Duration

    /// - Parameters:
    ///   - base: The ceiling of the first wait; negative counts as zero.
    ///   - maximum: The ceiling of every wait, at least `base`.
    package init(base: Duration = .milliseconds(50), maximum: Duration = .seconds(5)) {
        self.base = max(base, .zero)
        self.maximum = max(maximum, self.base)
    }

    /// The longest that attempt `attempt` may wait.
    package func ceiling(attempt: Int) -> Duration {
        guard attempt > 1 else { return base }
        // 2^40 times any base of a microsecond or more is past every useful maximum, and cannot overflow.
        let doublings = min(attempt - 1, 40)
        var wait = base
        for _ in 0..<doublings {
            guard wait < maximum else { return maximum }
            wait *= 2
        }
        return min(wait, maximum)
    }

    /// The wait before retrying after attempt `attempt` failed.
    package func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        ceiling(attempt: attempt) * Double.random(in: 0...1, using: &generator)
    }

    /// The same with the system's random numbers.
    package func delay(attempt: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(attempt: attempt, using: &generator)
    }
}
