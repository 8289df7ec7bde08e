import Resilience
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test("ceilings double from the base up to the maximum")
    func ceilings() {
        let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(1))
        #expect(backoff.ceiling(attempt: 1) == .milliseconds(100))
        #expect(backoff.ceiling(attempt: 2) == .milliseconds(200))
        #expect(backoff.ceiling(attempt: 4) == .milliseconds(800))
        #expect(backoff.ceiling(attempt: 5) == .seconds(1))
        #expect(backoff.ceiling(attempt: 1_000_000) == .seconds(1))
    }

    @Test("a delay lies between nothing and its ceiling, and uses the whole range", arguments: 1...12)
    func jitter(attempt: Int) {
        let backoff = Backoff(base: .milliseconds(50), maximum: .seconds(5))
        var generator = SeededGenerator(seed: UInt64(attempt))
        let ceiling = backoff.ceiling(attempt: attempt)
        let delays = (0..<500).map { _ in backoff.delay(attempt: attempt, using: &generator) }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= ceiling })
        #expect(delays.contains { $0 < ceiling * 0.1 })
        #expect(delays.contains { $0 > ceiling * 0.9 })
    }

    @Test("a maximum below the base counts as the base")
    func inverted() {
        #expect(Backoff(base: .seconds(2), maximum: .seconds(1)).ceiling(attempt: 9) == .seconds(2))
    }
}

@Suite("Deadline")
struct DeadlineTests {
    @Test("what remains shrinks with time and never goes below zero")
    func remaining() {
        let start = ContinuousClock.now
        let deadline = Deadline(in: .seconds(2), from: start)
        #expect(deadline.remaining(at: start) == .seconds(2))
        #expect(deadline.remaining(at: start + .milliseconds(1500)) == .milliseconds(500))
        #expect(deadline.remaining(at: start + .seconds(3)) == .zero)
        #expect(!deadline.hasPassed(at: start + .milliseconds(1999)))
        #expect(deadline.hasPassed(at: start + .seconds(2)))
    }
}

@Suite("Retry policy")
struct RetryPolicyTests {
    private let policy = RetryPolicy(maximumAttempts: 3, backoff: Backoff(base: .milliseconds(10)))

    private func decide(
        _ failure: FailureClass, attempt: Int = 1, isIdempotent: Bool = true, retryAfter: Duration? = nil,
        remaining: Duration = .seconds(10)
    ) -> RetryPolicy.Decision {
        var generator = SeededGenerator(seed: 7)
        return policy.decide(
            after: failure, attempt: attempt, isIdempotent: isIdempotent, retryAfter: retryAfter,
            remaining: remaining, using: &generator)
    }

    @Test("a permanent failure is never tried again")
    func permanent() {
        #expect(decide(.permanent) == .giveUp)
    }

    @Test("an ambiguous failure is tried again only when that cannot act twice")
    func ambiguous() {
        #expect(decide(.ambiguous, isIdempotent: false) == .giveUp)
        #expect(decide(.ambiguous, isIdempotent: true) != .giveUp)
    }

    @Test("what was certainly not started is tried again whatever it is")
    func notStarted() {
        #expect(decide(.notStarted, isIdempotent: false) != .giveUp)
    }

    @Test("the attempts are bounded")
    func attempts() {
        #expect(decide(.notStarted, attempt: 2) != .giveUp)
        #expect(decide(.notStarted, attempt: 3) == .giveUp)
    }

    @Test("a wait that the deadline does not allow is not begun")
    func deadline() {
        #expect(decide(.notStarted, retryAfter: .seconds(5), remaining: .seconds(4)) == .giveUp)
        #expect(decide(.notStarted, remaining: .zero) == .giveUp)
    }

    @Test("what the other side asked to wait is never shortened")
    func retryAfter() {
        guard case .retry(let wait) = decide(.notStarted, retryAfter: .seconds(2)) else {
            Issue.record("expected a retry")
            return
        }
        #expect(wait >= .seconds(2))
    }
}
