/// When a transfer has to have come how far. Pure; times are nanoseconds of the monotonic clock.
struct TransferDeadlines: Sendable {
    private enum Phase {
        case connecting
        case waiting
        case receiving
        case paused
    }

    private let totalAt: UInt64
    private let connectAt: UInt64
    private let firstByte: UInt64?
    private let idle: UInt64?
    private var phase = Phase.connecting
    private var progressAt: UInt64

    init(_ request: OutgoingRequest, now: UInt64) {
        totalAt = now &+ request.deadline.wholeNanoseconds
        connectAt = now &+ request.connectTimeout.wholeNanoseconds
        firstByte = request.firstByteTimeout?.wholeNanoseconds
        idle = request.idleTimeout?.wholeNanoseconds
        progressAt = now
    }

    /// The connection is ready and the request goes out.
    mutating func sent(now: UInt64) {
        phase = .waiting
        progressAt = now
    }

    /// Bytes of the answer came, or the reader asked for more after holding the transfer back.
    mutating func received(now: UInt64) {
        phase = .receiving
        progressAt = now
    }

    /// The reader holds the transfer back; only the deadline of the whole counts.
    mutating func paused() {
        phase = .paused
    }

    /// The earliest moment at which the transfer is too late if nothing happens before.
    var next: UInt64 { limit.at }

    /// What the transfer is too late for, or nil.
    func expired(now: UInt64) -> CurlError.Phase? {
        let limit = limit
        return limit.at <= now ? limit.phase : nil
    }

    private var limit: (at: UInt64, phase: CurlError.Phase) {
        let step: (at: UInt64, phase: CurlError.Phase)? =
            switch phase {
            case .connecting: (connectAt, .connect)
            case .waiting: firstByte.map { (progressAt &+ $0, .firstByte) }
            case .receiving: idle.map { (progressAt &+ $0, .idle) }
            case .paused: nil
            }
        guard let step, step.at < totalAt else { return (totalAt, .total) }
        return step
    }
}

extension Duration {
    /// Zero for a negative duration, at most 100 years.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 3_153_600_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
