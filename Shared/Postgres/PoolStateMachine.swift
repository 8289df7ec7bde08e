/// Decides who gets which connection, and when connections are made, checked and closed. Pure: it moves no bytes,
/// reads no clock and draws no random numbers.
///
/// The pool grows when callers wait and shrinks by `idleTimeout`: the connection used last is used next, so those
/// that are not needed stay unused. When the server cannot be reached, one connection at a time tries with growing
/// pauses; after `failuresUntilUnavailable` in a row with none open, callers are refused at once instead of
/// being let wait for nothing.
struct PoolStateMachine {
    typealias ConnectionID = UInt64
    typealias RequestID = UInt64

    struct Limits {
        var minimum: Int
        var maximum: Int
        var maximumWaiters: Int
        var waiterDeadlineNanoseconds: UInt64
        var maximumAgeNanoseconds: UInt64
        var idleTimeoutNanoseconds: UInt64
        var healthCheckIntervalNanoseconds: UInt64
    }

    enum Lease: Equatable {
        case use(ConnectionID)
        case wait
        case refuse(Refusal)
    }

    enum Refusal: Equatable {
        case tooManyWaiters
        case unavailable
        case shutDown
    }

    /// What becomes of a connection that is free.
    enum Handover: Equatable {
        case lease(RequestID, waitedNanoseconds: UInt64)
        case keep
        case close
    }

    enum Maintenance: Equatable {
        case close(ConnectionID)
        case check(ConnectionID)
        case timeOut(RequestID)
    }

    private enum State {
        case connecting
        case idle
        case leased
        case checking
    }

    private struct Entry {
        var state: State
        var expiresNanoseconds: UInt64 = .max
        /// When a caller gave it back, and when it last showed a sign of life.
        var usedNanoseconds: UInt64 = 0
        var checkedNanoseconds: UInt64 = 0
    }

    /// Three tries, about a second with their pauses: a restart of the server is not yet an outage.
    static let failuresUntilUnavailable = 3
    static let firstPauseNanoseconds: UInt64 = 100_000_000
    static let longestPauseNanoseconds: UInt64 = 2_000_000_000

    private let limits: Limits
    private var entries: [ConnectionID: Entry] = [:]
    private var idle: [ConnectionID] = []
    private var waiters = WaiterQueue()
    private var lastID: ConnectionID = 0
    private var failuresInRow = 0
    private var nextAttemptNanoseconds: UInt64 = 0
    private(set) var isShutDown = false
    private(set) var connectingCount = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var idleCount: Int { idle.count }
    var waitingCount: Int { waiters.count }
    var openCount: Int { entries.count - connectingCount }
    var busyCount: Int { openCount - idle.count }
    /// True from a failed attempt to connect until the next that succeeds.
    var isTroubled: Bool { failuresInRow > 0 }
    private var isUnavailable: Bool { failuresInRow >= Self.failuresUntilUnavailable && openCount == 0 }

    // MARK: Callers

    mutating func lease(_ request: RequestID, nowNanoseconds now: UInt64) -> Lease {
        guard !isShutDown else { return .refuse(.shutDown) }
        if let connection = idle.popLast() {
            entries[connection]?.state = .leased
            return .use(connection)
        }
        guard !isUnavailable else { return .refuse(.unavailable) }
        guard waiters.count < limits.maximumWaiters else { return .refuse(.tooManyWaiters) }
        waiters.append(
            WaiterQueue.Waiter(
                request: request, sinceNanoseconds: now,
                deadlineNanoseconds: now &+ limits.waiterDeadlineNanoseconds))
        return .wait
    }

    /// False when the request does not wait (any more).
    mutating func cancelWaiter(_ request: RequestID) -> Bool {
        waiters.remove(request)
    }

    // MARK: Connections

    /// The connections to be made now. Call it after everything else that may change what is needed.
    mutating func connectionsToOpen(nowNanoseconds now: UInt64) -> [ConnectionID] {
        guard !isShutDown else { return [] }
        var opened: [ConnectionID] = []
        while entries.count < limits.maximum, isAnotherNeeded, now >= nextAttemptNanoseconds {
            // After a failure only one at a time tries.
            guard failuresInRow == 0 || connectingCount == 0 else { break }
            lastID += 1
            entries[lastID] = Entry(state: .connecting)
            connectingCount += 1
            opened.append(lastID)
        }
        return opened
    }

    private var isAnotherNeeded: Bool {
        waiters.count > connectingCount || entries.count < limits.minimum || (isUnavailable && connectingCount == 0)
    }

    /// - Parameter ageFraction: From 0 to 1, by chance: how much of a tenth the connection's life is shortened.
    mutating func connected(
        _ connection: ConnectionID, nowNanoseconds now: UInt64, ageFraction: Double
    ) -> Handover {
        guard entries[connection] != nil, !isShutDown else { return discard(connection) }
        connectingCount -= 1
        failuresInRow = 0
        let life = Double(limits.maximumAgeNanoseconds) * (1 - 0.1 * ageFraction)
        entries[connection] = Entry(
            state: .leased, expiresNanoseconds: now &+ UInt64(life), usedNanoseconds: now,
            checkedNanoseconds: now)
        return handOver(connection, now)
    }

    /// A connection could not be made, or broke.
    ///
    /// - Parameter pauseFraction: From 0 to 1, by chance: how much of the pause until the next try is waited, so that
    ///   replicas do not come all at once (full jitter).
    /// - Returns: The callers that are refused, because there is no connection and none in sight.
    mutating func closed(
        _ connection: ConnectionID, nowNanoseconds now: UInt64, pauseFraction: Double
    ) -> [RequestID] {
        guard let entry = entries.removeValue(forKey: connection) else { return [] }
        switch entry.state {
        case .idle: idle.removeAll { $0 == connection }
        case .leased, .checking: break
        case .connecting:
            connectingCount -= 1
            failuresInRow += 1
            let doublings = min(failuresInRow - 1, 16)
            let pause = min(Self.longestPauseNanoseconds, Self.firstPauseNanoseconds << UInt64(doublings))
            nextAttemptNanoseconds = now &+ UInt64(Double(pause) * pauseFraction)
        }
        return isUnavailable ? popAllWaiters() : []
    }

    /// A caller, or a check, is done with a connection that can be used again.
    mutating func released(_ connection: ConnectionID, nowNanoseconds now: UInt64) -> Handover {
        guard let entry = entries[connection], !isShutDown else { return discard(connection) }
        guard now < entry.expiresNanoseconds else { return discard(connection) }
        entries[connection]?.checkedNanoseconds = now
        if case .leased = entry.state { entries[connection]?.usedNanoseconds = now }
        return handOver(connection, now)
    }

    private mutating func handOver(_ connection: ConnectionID, _ now: UInt64) -> Handover {
        if let waiter = waiters.popFirst() {
            entries[connection]?.state = .leased
            return .lease(waiter.request, waitedNanoseconds: now &- waiter.sinceNanoseconds)
        }
        guard let entry = entries[connection] else { return .close }
        entries[connection]?.state = .idle
        // One that was only checked does not come before those that callers used.
        if case .checking = entry.state { idle.insert(connection, at: 0) } else { idle.append(connection) }
        return .keep
    }

    private mutating func discard(_ connection: ConnectionID) -> Handover {
        if let entry = entries.removeValue(forKey: connection), case .connecting = entry.state { connectingCount -= 1 }
        return .close
    }

    // MARK: Time

    /// What is due. Closed connections are forgotten here already.
    mutating func maintain(nowNanoseconds now: UInt64) -> [Maintenance] {
        var due: [Maintenance] = []
        while let waiter = waiters.popExpired(nowNanoseconds: now) { due.append(.timeOut(waiter.request)) }
        // From the one unused longest, so that what is closed are the surplus.
        for connection in idle {
            guard let entry = entries[connection] else { continue }
            let unused = now &- entry.usedNanoseconds
            let isSurplus = entries.count > limits.minimum && unused >= limits.idleTimeoutNanoseconds
            if isSurplus || now >= entry.expiresNanoseconds {
                entries[connection] = nil
                due.append(.close(connection))
            } else if now &- entry.checkedNanoseconds >= limits.healthCheckIntervalNanoseconds {
                entries[connection]?.state = .checking
                due.append(.check(connection))
            }
        }
        idle.removeAll { connection in
            guard case .idle? = entries[connection]?.state else { return true }
            return false
        }
        return due
    }

    /// From now on nobody gets a connection. Returns the unused connections, to be closed, and the callers to be
    /// refused; those in use are closed when they are released.
    mutating func shutDown() -> (close: [ConnectionID], refuse: [RequestID]) {
        isShutDown = true
        let unused = entries.filter { entry in
            switch entry.value.state {
            case .connecting, .idle: true
            case .leased, .checking: false
            }
        }.keys.sorted()
        for connection in unused { _ = discard(connection) }
        idle.removeAll()
        return (unused, popAllWaiters())
    }

    private mutating func popAllWaiters() -> [RequestID] {
        var requests: [RequestID] = []
        while let waiter = waiters.popFirst() { requests.append(waiter.request) }
        return requests
    }
}
