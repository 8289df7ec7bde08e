import Testing

@testable import Reactor

@Suite("The timer queue")
struct TimerQueueTests {
    private func drain(_ queue: inout TimerQueue, now: UInt64) {
        while let action = queue.popDue(nowNanoseconds: now) { action() }
    }

    @Test("timers run in the order they fall due, and those of one moment in the order they were made")
    func order() {
        var queue = TimerQueue()
        var ran: [Int] = []
        for (index, deadline) in [50, 10, 30, 10, 20].enumerated() {
            _ = queue.schedule(atNanoseconds: UInt64(deadline)) { ran.append(index) }
        }
        drain(&queue, now: 9)
        #expect(ran.isEmpty)
        drain(&queue, now: 30)
        #expect(ran == [1, 3, 4, 2])
        drain(&queue, now: 50)
        #expect(ran == [1, 3, 4, 2, 0])
        #expect(queue.nextDeadlineNanoseconds() == nil)
    }

    @Test("a cancelled timer does not run, and cancelling it again is nothing")
    func cancel() {
        var queue = TimerQueue()
        var ran: [String] = []
        let first = queue.schedule(atNanoseconds: 1) { ran.append("first") }
        _ = queue.schedule(atNanoseconds: 2) { ran.append("second") }
        queue.cancel(first)
        queue.cancel(first)
        #expect(queue.nextDeadlineNanoseconds() == 2)
        drain(&queue, now: 5)
        #expect(ran == ["second"])
        #expect(queue.count == 0)
    }

    @Test("whatever is scheduled and cancelled, exactly what is left runs, in order")
    func property() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var queue = TimerQueue()
            var expected: [UInt64: UInt64] = [:]
            var ran: [UInt64] = []
            var tokens: [TimerToken] = []
            for _ in 0..<Int.random(in: 0...300, using: &generator) {
                let deadline = UInt64.random(in: 0...40, using: &generator)
                let token = queue.schedule(atNanoseconds: deadline) { ran.append(deadline) }
                expected[token.id] = deadline
                tokens.append(token)
                if Bool.random(using: &generator), let victim = tokens.randomElement(using: &generator) {
                    queue.cancel(victim)
                    expected[victim.id] = nil
                }
            }
            #expect(queue.count == expected.count)
            #expect(queue.nextDeadlineNanoseconds() == expected.values.min())
            drain(&queue, now: 40)
            #expect(ran == expected.values.sorted())
        }
    }
}
