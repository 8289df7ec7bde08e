import Testing

@testable import Redis

@Suite("The life of a connection")
struct ConnectionMachineTests {
    let start = ContinuousClock.now

    func machine() -> ConnectionMachine {
        ConnectionMachine(backoffBase: .milliseconds(100), backoffLimit: .seconds(5))
    }

    @Test("the first commands wait for the first attempt; after it failed they are refused")
    func admission() {
        var machine = machine()
        #expect(machine.admission == .queue)
        #expect(machine.start() == .connect)
        #expect(machine.start() == .none)
        #expect(machine.admission == .queue)
        #expect(machine.broke(now: start, random: 0.5) == .wait(.milliseconds(50)))
        #expect(machine.admission == .refuse)
        #expect(machine.backoffElapsed() == .connect)
        #expect(machine.admission == .refuse)
        #expect(machine.established(now: start) == .none)
        #expect(machine.admission == .send)
    }

    @Test("the longest wait doubles with each failure up to the limit, and any part of it may be waited")
    func backoff() {
        var machine = machine()
        _ = machine.start()
        var longest: Duration = .milliseconds(100)
        for _ in 0..<100 {
            #expect(machine.broke(now: start, random: 1) == .wait(longest))
            _ = machine.backoffElapsed()
            longest = min(longest * 2, .seconds(5))
        }
        #expect(machine.broke(now: start, random: 0) == .wait(.zero))
    }

    @Test("a connection that served is replaced at once, and commands wait for its successor")
    func proven() {
        var machine = machine()
        _ = machine.start()
        _ = machine.established(now: start)
        #expect(machine.broke(now: start + .seconds(2), random: 1) == .connect)
        #expect(machine.admission == .queue)
    }

    @Test("a server that greets and hangs up is not called again in a tight loop")
    func shortLived() {
        var machine = machine()
        _ = machine.start()
        var waits: [ConnectionMachine.Action] = []
        for _ in 0..<3 {
            _ = machine.established(now: start)
            waits.append(machine.broke(now: start + .milliseconds(5), random: 1))
            _ = machine.backoffElapsed()
        }
        #expect(waits == [.wait(.milliseconds(100)), .wait(.milliseconds(200)), .wait(.milliseconds(400))])
    }

    @Test("a connection that served long forgives earlier failures")
    func forgiveness() {
        var machine = machine()
        _ = machine.start()
        for _ in 0..<5 {
            _ = machine.broke(now: start, random: 1)
            _ = machine.backoffElapsed()
        }
        _ = machine.established(now: start)
        #expect(machine.broke(now: start + .seconds(60), random: 1) == .connect)
        #expect(machine.broke(now: start + .seconds(60), random: 1) == .wait(.milliseconds(100)))
    }

    @Test("after close nothing happens any more, whatever arrives late")
    func closed() {
        for arrival in 0..<4 {
            var machine = machine()
            if arrival > 0 { _ = machine.start() }
            if arrival > 1 { _ = machine.established(now: start) }
            if arrival > 2 { _ = machine.broke(now: start, random: 1) }
            #expect(machine.close() == .disconnect)
            #expect(machine.close() == .none)
            #expect(machine.start() == .none)
            #expect(machine.backoffElapsed() == .none)
            #expect(machine.broke(now: start, random: 1) == .none)
            #expect(machine.established(now: start) == .disconnect)
            #expect(machine.admission == .closed)
        }
    }

    @Test("no sequence of events leaves the machine without a way on")
    func liveness() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var machine = machine()
            _ = machine.start()
            var pending: ConnectionMachine.Action = .connect
            var now = start
            for _ in 0..<50 {
                now += .milliseconds(Int.random(in: 0...3_000, using: &generator))
                switch machine.state {
                case .connecting:
                    #expect(pending == .connect)
                    pending =
                        Bool.random(using: &generator)
                        ? machine.established(now: now) : machine.broke(now: now, random: 0.3)
                case .ready:
                    #expect(pending == .none)
                    pending = machine.broke(now: now, random: 0.3)
                case .waiting:
                    guard case .wait = pending else {
                        Issue.record("waits without a timer")
                        return
                    }
                    pending = machine.backoffElapsed()
                case .idle, .closed:
                    Issue.record("cannot happen")
                }
            }
        }
    }
}
