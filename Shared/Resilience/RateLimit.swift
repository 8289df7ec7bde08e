/// The generic cell rate algorithm: `rate` requests a period on average, `burst` at once.
///
/// Equal to a token bucket of `burst` tokens, with one instant of state instead of a counter and a time
/// (ITU-T I.371; "virtual scheduling"). Pure: keep one state per key and give it the time.
package struct RateLimit: Sendable, Equatable {
    /// When the next request would be due if requests came at exactly the permitted rate.
    package struct State: Sendable, Equatable {
        package var theoreticalArrival: ContinuousClock.Instant

        package init(theoreticalArrival: ContinuousClock.Instant) {
            self.theoreticalArrival = theoreticalArrival
        }
    }

    package struct Decision: Sendable, Equatable {
        package var isAllowed: Bool
        /// Requests that would be allowed right now, after this one.
        package var remaining: Int
        /// How long to wait before this request would be allowed; zero when it is.
        package var retryAfter: Duration
        /// How long until the whole burst is available again.
        package var resetAfter: Duration
    }

    /// The time one request takes up at the permitted rate.
    package let interval: Duration
    package let burst: Int

    /// - Parameters:
    ///   - rate: Requests in a period, at least 1.
    ///   - burst: Requests at once after a rest, at least 1; `rate` unless said otherwise.
    package init(rate: Int, per period: Duration, burst: Int? = nil) {
        let rate = max(rate, 1)
        interval = max(period / rate, .nanoseconds(1))
        self.burst = max(burst ?? rate, 1)
    }

    /// Decides about `cost` requests at once and updates the state when they are allowed.
    package func admit(_ state: inout State?, cost: Int = 1, at now: ContinuousClock.Instant) -> Decision {
        let arrival = max(state?.theoreticalArrival ?? now, now)
        let tolerance = interval * burst
        let next = arrival + interval * max(cost, 0)
        let excess = now.duration(to: next) - tolerance
        guard excess <= .zero else {
            let used = now.duration(to: arrival)
            return Decision(
                isAllowed: false, remaining: requests(in: tolerance - used), retryAfter: excess, resetAfter: used)
        }
        state = State(theoreticalArrival: next)
        let used = now.duration(to: next)
        return Decision(
            isAllowed: true, remaining: requests(in: tolerance - used), retryAfter: .zero, resetAfter: used)
    }

    private func requests(in span: Duration) -> Int {
        guard span > .zero else { return 0 }
        return min(burst, Int(span / interval))
    }
}
