import Resilience
import Testing

@Suite("Rate limit")
struct RateLimitTests {
    private let start = ContinuousClock.now

    @Test("a rested key gets its whole burst at once and then waits one interval for each")
    func burst() {
        let limit = RateLimit(rate: 10, per: .seconds(1), burst: 3)
        var state: RateLimit.State?
        for remaining in [2, 1, 0] {
            let decision = limit.admit(&state, at: start)
            #expect(decision.isAllowed && decision.remaining == remaining)
        }
        let refused = limit.admit(&state, at: start)
        #expect(!refused.isAllowed)
        #expect(refused.retryAfter == .milliseconds(100))
        #expect(refused.resetAfter == .milliseconds(300))
        #expect(limit.admit(&state, at: start + .milliseconds(100)).isAllowed)
    }

    @Test("a refused request takes nothing")
    func refusalIsFree() {
        let limit = RateLimit(rate: 1, per: .seconds(1))
        var state: RateLimit.State?
        _ = limit.admit(&state, at: start)
        let before = state
        for _ in 0..<100 { _ = limit.admit(&state, at: start) }
        #expect(state == before)
    }

    @Test("waiting as long as was asked for is always enough", arguments: 0..<30)
    func retryAfterIsEnough(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let limit = RateLimit(
            rate: Int.random(in: 1...1_000, using: &generator),
            per: .seconds(Int.random(in: 1...60, using: &generator)),
            burst: Int.random(in: 1...50, using: &generator))
        var state: RateLimit.State?
        var now = start
        for _ in 0..<500 {
            let decision = limit.admit(&state, at: now)
            guard !decision.isAllowed else { continue }
            now += decision.retryAfter
            #expect(limit.admit(&state, at: now).isAllowed)
        }
    }

    @Test("in any window no more than the burst and the rate's share get through", arguments: 0..<30)
    func neverExceeded(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 1_000)
        let rate = Int.random(in: 1...200, using: &generator)
        let burst = Int.random(in: 1...40, using: &generator)
        let limit = RateLimit(rate: rate, per: .seconds(1), burst: burst)
        var state: RateLimit.State?
        var now = start
        var admitted: [ContinuousClock.Instant] = []
        for _ in 0..<2_000 {
            now += .microseconds(Int.random(in: 0...20_000, using: &generator))
            if limit.admit(&state, at: now).isAllowed { admitted.append(now) }
        }
        for first in stride(from: 0, to: admitted.count, by: 37) {
            for last in stride(from: first, to: admitted.count, by: 11) {
                let span = admitted[first].duration(to: admitted[last])
                let allowed = burst + Int(span / limit.interval) + 1
                #expect(last - first + 1 <= allowed)
            }
        }
    }

    @Test("a steady caller at the permitted rate is never refused")
    func steady() {
        let limit = RateLimit(rate: 50, per: .seconds(1), burst: 1)
        var state: RateLimit.State?
        for index in 0..<1_000 {
            #expect(limit.admit(&state, at: start + .milliseconds(20) * index).isAllowed)
        }
    }

    @Test("a cost beyond the burst is refused")
    func tooDear() {
        let limit = RateLimit(rate: 10, per: .seconds(1), burst: 5)
        var state: RateLimit.State?
        #expect(!limit.admit(&state, cost: 6, at: start).isAllowed)
        #expect(limit.admit(&state, cost: 5, at: start).isAllowed)
    }
}

@Suite("Bulkhead")
struct BulkheadTests {
    @Test("one more than the limit is refused, and a finished call makes room")
    func limit() async throws {
        let bulkhead = Bulkhead(limit: 1)
        try await bulkhead.run {
            #expect(bulkhead.inUse == 1)
            await #expect(throws: Bulkhead.Full(limit: 1)) { try await bulkhead.run {} }
        }
        #expect(bulkhead.inUse == 0)
        try await bulkhead.run {}
    }

    @Test("a call that throws makes room too")
    func throwing() async throws {
        struct Failure: Error {}
        let bulkhead = Bulkhead(limit: 1)
        await #expect(throws: Failure.self) { try await bulkhead.run { throw Failure() } }
        #expect(bulkhead.inUse == 0)
    }
}
