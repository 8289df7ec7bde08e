/// The life of one connection as a pure state machine: events in, one action out, time and randomness passed in.
///
/// ```
/// idle ──start──▶ connecting ──established──▶ ready
///                   ▲    │ failed               │ lost
///     backoffElapsed│    ▼                      ▼
///                   └─ waiting ◀── short-lived ─┴─ long-lived ──▶ connecting, at once
/// any ──close──▶ closed
/// ```
struct ConnectionMachine {
    enum State: Equatable {
        case idle
        /// `failures` attempts in a row went wrong before this one.
        case connecting(failures: Int)
        case waiting(failures: Int)
        case ready(failures: Int, since: ContinuousClock.Instant)
        case closed
    }

    enum Action: Equatable {
        case none
        case connect
        case wait(Duration)
        case disconnect
    }

    /// What to do with a command that comes now.
    enum Admission: Equatable {
        case send
        /// The first attempt is under way: the command waits for it, within its own deadline.
        case queue
        /// The last attempt failed: whoever asks is told at once rather than after a timeout.
        case refuse
        case closed
    }

    private(set) var state = State.idle
    let backoffBase: Duration
    let backoffLimit: Duration

    /// A connection that lived shorter than this counts as a failed attempt, so that a server which greets and hangs
    /// up is not called again in a tight loop.
    static let provenAfter: Duration = .seconds(1)

    init(backoffBase: Duration, backoffLimit: Duration) {
        self.backoffBase = backoffBase
        self.backoffLimit = backoffLimit
    }

    var admission: Admission {
        switch state {
        case .idle, .connecting(failures: 0): .queue
        case .connecting, .waiting: .refuse
        case .ready: .send
        case .closed: .closed
        }
    }

    mutating func start() -> Action {
        guard state == .idle else { return .none }
        state = .connecting(failures: 0)
        return .connect
    }

    mutating func established(now: ContinuousClock.Instant) -> Action {
        switch state {
        case .connecting(let failures):
            state = .ready(failures: failures, since: now)
            return .none
        case .closed: return .disconnect
        case .idle, .waiting, .ready: return .none
        }
    }

    /// The attempt failed or the connection broke.
    ///
    /// - Parameter random: Uniform in 0..<1; the part of the longest allowed wait that is waited.
    mutating func broke(now: ContinuousClock.Instant, random: Double) -> Action {
        switch state {
        case .connecting(let failures):
            return retreat(failures: failures + 1, random: random)
        case .ready(let failures, let since):
            guard now - since < Self.provenAfter else {
                state = .connecting(failures: 0)
                return .connect
            }
            return retreat(failures: failures + 1, random: random)
        case .idle, .waiting, .closed:
            return .none
        }
    }

    mutating func backoffElapsed() -> Action {
        guard case .waiting(let failures) = state else { return .none }
        state = .connecting(failures: failures)
        return .connect
    }

    mutating func close() -> Action {
        guard state != .closed else { return .none }
        state = .closed
        return .disconnect
    }

    private mutating func retreat(failures: Int, random: Double) -> Action {
        state = .waiting(failures: failures)
        // 2³⁰ times the base is past any limit, and the shift stays clear of overflow.
        let longest = min(backoffLimit, backoffBase * Double(1 << min(failures - 1, 30)))
        return .wait(longest * random)
    }
}
