import Testing

@testable import Postgres

@Suite("The pool's decisions")
struct PoolStateMachineTests {
    private static let second: UInt64 = 1_000_000_000

    private func makePool(minimum: Int = 0, maximum: Int = 2, waiters: Int = 3) -> PoolStateMachine {
        PoolStateMachine(
            limits: PoolStateMachine.Limits(
                minimum: minimum, maximum: maximum, maximumWaiters: waiters,
                waiterDeadlineNanoseconds: 5 * Self.second, maximumAgeNanoseconds: 100 * Self.second,
                idleTimeoutNanoseconds: 10 * Self.second, healthCheckIntervalNanoseconds: 3 * Self.second))
    }

    /// Opens what is wanted and connects it at once.
    private func connectAll(_ pool: inout PoolStateMachine, now: UInt64 = 0) -> [PoolStateMachine.Handover] {
        pool.connectionsToOpen(nowNanoseconds: now).map {
            pool.connected($0, nowNanoseconds: now, ageFraction: 0)
        }
    }

    @Test("the minimum is opened before anyone asks")
    func warmUp() {
        var pool = makePool(minimum: 2, maximum: 4)
        #expect(pool.connectionsToOpen(nowNanoseconds: 0) == [1, 2])
        #expect(pool.connectionsToOpen(nowNanoseconds: 0).isEmpty)
        #expect(pool.connected(1, nowNanoseconds: 0, ageFraction: 0) == .keep)
        #expect(pool.lease(9, nowNanoseconds: 0) == .use(1))
    }

    @Test("it grows with those who wait, up to the maximum, and they are served in the order they came")
    func growth() {
        var pool = makePool(maximum: 2)
        for request: UInt64 in 1...3 { #expect(pool.lease(request, nowNanoseconds: 0) == .wait) }
        #expect(connectAll(&pool) == [.lease(1, waitedNanoseconds: 0), .lease(2, waitedNanoseconds: 0)])
        #expect(pool.connectionsToOpen(nowNanoseconds: 0).isEmpty)
        #expect(pool.released(1, nowNanoseconds: 7) == .lease(3, waitedNanoseconds: 7))
        #expect(pool.released(2, nowNanoseconds: 7) == .keep)
        #expect(pool.busyCount == 1 && pool.idleCount == 1)
    }

    @Test("the connection used last is used next, and one unused for long is closed down to the minimum")
    func shrink() {
        var pool = makePool(minimum: 1, maximum: 3)
        for request: UInt64 in 1...3 { _ = pool.lease(request, nowNanoseconds: 0) }
        _ = connectAll(&pool)
        for connection: UInt64 in 1...3 { _ = pool.released(connection, nowNanoseconds: connection) }
        #expect(pool.lease(4, nowNanoseconds: 10) == .use(3))
        _ = pool.released(3, nowNanoseconds: 9 * Self.second)
        let due = pool.maintain(nowNanoseconds: 11 * Self.second)
        #expect(due == [.close(1), .close(2)])
        #expect(pool.maintain(nowNanoseconds: 30 * Self.second) == [.check(3)])
        #expect(pool.openCount == 1)
    }

    @Test("a check does not count as use")
    func checkIsNoUse() {
        var pool = makePool(maximum: 1)
        _ = pool.lease(1, nowNanoseconds: 0)
        _ = connectAll(&pool)
        _ = pool.released(1, nowNanoseconds: 0)
        for second: UInt64 in [3, 6, 9] {
            #expect(pool.maintain(nowNanoseconds: second * Self.second) == [.check(1)])
            #expect(pool.released(1, nowNanoseconds: second * Self.second) == .keep)
        }
        #expect(pool.maintain(nowNanoseconds: 10 * Self.second) == [.close(1)])
    }

    @Test("a connection that is being checked goes to nobody, and whoever asks gets another")
    func checking() {
        var pool = makePool(maximum: 2)
        _ = pool.lease(1, nowNanoseconds: 0)
        _ = connectAll(&pool)
        _ = pool.released(1, nowNanoseconds: 0)
        #expect(pool.maintain(nowNanoseconds: 3 * Self.second) == [.check(1)])
        #expect(pool.lease(2, nowNanoseconds: 3 * Self.second) == .wait)
        #expect(pool.connectionsToOpen(nowNanoseconds: 3 * Self.second) == [2])
        #expect(pool.released(1, nowNanoseconds: 4 * Self.second) == .lease(2, waitedNanoseconds: Self.second))
    }

    @Test("an old connection is closed when it is given back or found unused, and replaced")
    func age() {
        var pool = makePool(minimum: 1, maximum: 1)
        _ = connectAll(&pool)
        #expect(pool.lease(1, nowNanoseconds: 99 * Self.second) == .use(1))
        #expect(pool.released(1, nowNanoseconds: 101 * Self.second) == .close)
        #expect(pool.connectionsToOpen(nowNanoseconds: 101 * Self.second) == [2])
        _ = pool.connected(2, nowNanoseconds: 101 * Self.second, ageFraction: 1)
        #expect(pool.maintain(nowNanoseconds: 192 * Self.second) == [.close(2)], "a tenth earlier, by chance")
    }

    @Test("one caller too many is refused, and one who waited too long is told so")
    func bounds() {
        var pool = makePool(maximum: 1, waiters: 2)
        #expect(pool.lease(1, nowNanoseconds: 0) == .wait)
        #expect(pool.lease(2, nowNanoseconds: Self.second) == .wait)
        #expect(pool.lease(3, nowNanoseconds: Self.second) == .refuse(.tooManyWaiters))
        #expect(pool.maintain(nowNanoseconds: 5 * Self.second) == [.timeOut(1)])
        #expect(pool.lease(3, nowNanoseconds: 5 * Self.second) == .wait)
        #expect(pool.maintain(nowNanoseconds: 60 * Self.second) == [.timeOut(2), .timeOut(3)])
        #expect(pool.waitingCount == 0)
    }

    @Test("a caller who stopped waiting is passed over")
    func cancelledWaiter() {
        var pool = makePool(maximum: 1)
        for request: UInt64 in 1...3 { _ = pool.lease(request, nowNanoseconds: 0) }
        let cancelled = [1, 1, 2].map { pool.cancelWaiter($0) }
        #expect(cancelled == [true, false, true])
        #expect(connectAll(&pool) == [.lease(3, waitedNanoseconds: 0)])
    }

    @Test("while the server is away one connection at a time tries, pauses grow, and callers are refused at once")
    func outage() {
        var pool = makePool(minimum: 2, maximum: 4)
        #expect(pool.lease(1, nowNanoseconds: 0) == .wait)
        #expect(pool.connectionsToOpen(nowNanoseconds: 0) == [1, 2])
        #expect(pool.closed(1, nowNanoseconds: 0, pauseFraction: 1).isEmpty)
        #expect(pool.closed(2, nowNanoseconds: 0, pauseFraction: 1).isEmpty)
        #expect(pool.connectionsToOpen(nowNanoseconds: 199_999_999).isEmpty)
        #expect(pool.connectionsToOpen(nowNanoseconds: 200_000_000) == [3])
        #expect(pool.connectionsToOpen(nowNanoseconds: 200_000_000).isEmpty)
        #expect(pool.closed(3, nowNanoseconds: 200_000_000, pauseFraction: 1) == [1])
        #expect(pool.lease(2, nowNanoseconds: 200_000_000) == .refuse(.unavailable))
        for attempt: UInt64 in 4...20 {
            #expect(pool.connectionsToOpen(nowNanoseconds: attempt * 10 * Self.second) == [attempt])
            _ = pool.closed(attempt, nowNanoseconds: attempt * 10 * Self.second, pauseFraction: 1)
            #expect(pool.connectionsToOpen(nowNanoseconds: attempt * 10 * Self.second + 1).isEmpty)
        }
        #expect(pool.connectionsToOpen(nowNanoseconds: 202 * Self.second) == [21], "never more than two seconds")
        #expect(pool.connected(21, nowNanoseconds: 202 * Self.second, ageFraction: 0) == .keep)
        #expect(pool.connectionsToOpen(nowNanoseconds: 202 * Self.second) == [22])
        #expect(pool.lease(5, nowNanoseconds: 202 * Self.second) == .use(21))
    }

    @Test("with a minimum of none it still finds out when the server is back")
    func probing() {
        var pool = makePool(minimum: 0, maximum: 1)
        _ = pool.lease(1, nowNanoseconds: 0)
        for attempt: UInt64 in 1...3 {
            #expect(pool.connectionsToOpen(nowNanoseconds: attempt * 10 * Self.second) == [attempt])
            _ = pool.closed(attempt, nowNanoseconds: attempt * 10 * Self.second, pauseFraction: 1)
        }
        #expect(pool.waitingCount == 0)
        #expect(pool.connectionsToOpen(nowNanoseconds: 50 * Self.second) == [4])
    }

    @Test("after the shutdown callers are refused, unused connections close, and used ones when they come back")
    func shutDown() {
        var pool = makePool(maximum: 2, waiters: 5)
        for request: UInt64 in 1...2 { _ = pool.lease(request, nowNanoseconds: 0) }
        _ = connectAll(&pool)
        _ = pool.released(2, nowNanoseconds: 0)
        _ = pool.lease(3, nowNanoseconds: 0)
        _ = pool.lease(4, nowNanoseconds: 0)
        _ = pool.released(2, nowNanoseconds: 0)
        let rest = pool.shutDown()
        #expect(rest.close.isEmpty && rest.refuse.isEmpty, "request 4 took the connection")
        #expect(pool.lease(5, nowNanoseconds: 0) == .refuse(.shutDown))
        #expect(pool.released(1, nowNanoseconds: 0) == .close)
        #expect(pool.released(2, nowNanoseconds: 0) == .close)
        #expect(pool.connectionsToOpen(nowNanoseconds: 0).isEmpty)
        #expect(pool.openCount == 0)
    }

    @Test("whatever happens in whatever order, nobody is forgotten, served twice or given a connection in use")
    func property() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var pool = makePool(
                minimum: Int.random(in: 0...2, using: &generator), maximum: Int.random(in: 2...4, using: &generator))
            var model = Model()
            var now: UInt64 = 0
            for request: UInt64 in 1...200 {
                now += UInt64.random(in: 0...Self.second, using: &generator)
                model.step(&pool, request: request, now: now, using: &generator)
            }
            model.finish(&pool, now: now)
            #expect(model.complaints.isEmpty, "\(model.complaints)")
            #expect(model.unanswered.isEmpty)
        }
    }

    /// What an honest shell would see.
    private struct Model {
        var connecting: Set<UInt64> = []
        var leased: [UInt64: UInt64] = [:]
        var checking: Set<UInt64> = []
        var unanswered: Set<UInt64> = []
        var complaints: [String] = []

        mutating func step(
            _ pool: inout PoolStateMachine, request: UInt64, now: UInt64,
            using generator: inout some RandomNumberGenerator
        ) {
            switch Int.random(in: 0..<9, using: &generator) {
            case 0...2: ask(&pool, request, now)
            case 3: giveBack(&pool, now, Bool.random(using: &generator) ? leased.keys.randomElement() : checking.first)
            case 4: breakOne(&pool, now, (Array(connecting) + Array(leased.keys)).randomElement(using: &generator))
            case 5:
                if let waiter = unanswered.randomElement(using: &generator), pool.cancelWaiter(waiter) {
                    unanswered.remove(waiter)
                }
            case 6: maintain(&pool, now)
            default:
                if let connection = connecting.randomElement(using: &generator) {
                    connecting.remove(connection)
                    follow(pool.connected(connection, nowNanoseconds: now, ageFraction: 0.5), connection)
                }
            }
            connecting.formUnion(pool.connectionsToOpen(nowNanoseconds: now))
        }

        mutating func ask(_ pool: inout PoolStateMachine, _ request: UInt64, _ now: UInt64) {
            switch pool.lease(request, nowNanoseconds: now) {
            case .use(let connection): use(connection, request)
            case .wait: unanswered.insert(request)
            case .refuse: break
            }
        }

        mutating func use(_ connection: UInt64, _ request: UInt64) {
            if leased[connection] != nil || connecting.contains(connection) || checking.contains(connection) {
                complaints.append("connection \(connection) is not free")
            }
            leased[connection] = request
        }

        mutating func giveBack(_ pool: inout PoolStateMachine, _ now: UInt64, _ connection: UInt64?) {
            guard let connection else { return }
            leased[connection] = nil
            checking.remove(connection)
            follow(pool.released(connection, nowNanoseconds: now), connection)
        }

        mutating func breakOne(_ pool: inout PoolStateMachine, _ now: UInt64, _ connection: UInt64?) {
            guard let connection else { return }
            connecting.remove(connection)
            leased[connection] = nil
            for request in pool.closed(connection, nowNanoseconds: now, pauseFraction: 0.5) { answer(request) }
        }

        mutating func follow(_ handover: PoolStateMachine.Handover, _ connection: UInt64) {
            guard case .lease(let request, _) = handover else { return }
            answer(request)
            use(connection, request)
        }

        mutating func answer(_ request: UInt64) {
            if unanswered.remove(request) == nil { complaints.append("request \(request) was answered twice") }
        }

        mutating func maintain(_ pool: inout PoolStateMachine, _ now: UInt64) {
            for due in pool.maintain(nowNanoseconds: now) {
                switch due {
                case .timeOut(let request): answer(request)
                case .check(let connection): checking.insert(connection)
                case .close(let connection): if leased[connection] != nil { complaints.append("closed in use") }
                }
            }
        }

        mutating func finish(_ pool: inout PoolStateMachine, now: UInt64) {
            for request in pool.shutDown().refuse { answer(request) }
            for connection in Array(leased.keys) + Array(checking) { giveBack(&pool, now, connection) }
            if pool.openCount + pool.connectingCount != 0 { complaints.append("connections are left") }
        }
    }
}
