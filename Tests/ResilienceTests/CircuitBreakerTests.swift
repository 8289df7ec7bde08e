import Resilience
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private let start = ContinuousClock.now
    private let settings = CircuitBreaker.Settings(
        window: 10, failures: 5, cooldown: .seconds(1), maximumCooldown: .seconds(8), probes: 2)

    private struct NotAdmitted: Error {}

    private func admitted(
        _ breaker: inout CircuitBreaker, at now: ContinuousClock.Instant
    ) throws -> CircuitBreaker.Permit {
        guard let permit = breaker.admit(at: now) else { throw NotAdmitted() }
        return permit
    }

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker(settings: settings)
        for _ in 0..<5 {
            if let permit = breaker.admit(at: start) { breaker.record(permit, succeeded: false, at: start) }
        }
        return breaker
    }

    @Test("it opens at the configured number of failures and refuses until the cooldown is over")
    func opens() {
        var breaker = opened()
        #expect(breaker.state == .open(until: start + .seconds(1)))
        #expect(breaker.admit(at: start + .milliseconds(999)) == nil)
        #expect(breaker.retryAfter(at: start + .milliseconds(400)) == .milliseconds(600))
        #expect(breaker.admit(at: start + .seconds(1)) != nil)
    }

    @Test("failures that are spread thin among successes do not open it")
    func spread() throws {
        var breaker = CircuitBreaker(settings: settings)
        for index in 0..<1_000 {
            let permit = try admitted(&breaker, at: start)
            breaker.record(permit, succeeded: index % 3 != 0, at: start)
        }
        #expect(breaker.state == .closed)
    }

    @Test("half-open lets only the probes through")
    func probes() {
        var breaker = opened()
        let later = start + .seconds(1)
        #expect(breaker.admit(at: later) != nil)
        #expect(breaker.admit(at: later) != nil)
        #expect(breaker.admit(at: later) == nil)
    }

    @Test("successful probes close it, and it forgets the past")
    func recovers() throws {
        var breaker = opened()
        let later = start + .seconds(1)
        let first = try admitted(&breaker, at: later)
        let second = try admitted(&breaker, at: later)
        breaker.record(first, succeeded: true, at: later)
        breaker.record(second, succeeded: true, at: later)
        #expect(breaker.state == .closed)
        for _ in 0..<4 {
            let permit = try admitted(&breaker, at: later)
            breaker.record(permit, succeeded: false, at: later)
        }
        #expect(breaker.state == .closed)
    }

    @Test("each failed probe doubles the cooldown up to its maximum")
    func doubles() throws {
        var breaker = opened()
        var now = start
        for expected in [2, 4, 8, 8] {
            now += breaker.retryAfter(at: now)
            let permit = try admitted(&breaker, at: now)
            breaker.record(permit, succeeded: false, at: now)
            #expect(breaker.retryAfter(at: now) == .seconds(expected))
        }
    }

    @Test("the outcome of a call from before a change is not counted after it")
    func stale() throws {
        var breaker = CircuitBreaker(settings: settings)
        let slow = try admitted(&breaker, at: start)
        for _ in 0..<5 {
            let permit = try admitted(&breaker, at: start)
            breaker.record(permit, succeeded: false, at: start)
        }
        let later = start + .seconds(1)
        _ = try admitted(&breaker, at: later)
        breaker.record(slow, succeeded: false, at: later)
        #expect(breaker.state == .halfOpen(admitted: 1, succeeded: 0))
    }

    @Test("an abandoned probe makes room for another")
    func abandoned() throws {
        var breaker = opened()
        let later = start + .seconds(1)
        let first = try admitted(&breaker, at: later)
        _ = try admitted(&breaker, at: later)
        breaker.abandon(first)
        #expect(breaker.admit(at: later) != nil)
    }

    @Test("under any sequence of events it never admits while open nor more probes than allowed", arguments: 0..<50)
    func property(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var breaker = CircuitBreaker(settings: settings)
        var now = start
        var inFlight: [CircuitBreaker.Permit] = []
        for _ in 0..<2_000 {
            now += .milliseconds(Int.random(in: 0...200, using: &generator))
            let before = breaker.state
            if Bool.random(using: &generator) {
                let permit = breaker.admit(at: now)
                if case .open(let until) = before, now < until { #expect(permit == nil) }
                if case .closed = before { #expect(permit != nil) }
                if let permit { inFlight.append(permit) }
            } else if let permit = inFlight.popLast() {
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: breaker.abandon(permit)
                case 1, 2: breaker.record(permit, succeeded: false, at: now)
                default: breaker.record(permit, succeeded: true, at: now)
                }
            }
            if case .halfOpen(let admitted, let succeeded) = breaker.state {
                #expect((0...2).contains(admitted))
                #expect((0..<2).contains(succeeded))
            }
            #expect(breaker.retryAfter(at: now) <= .seconds(8))
        }
    }
}
