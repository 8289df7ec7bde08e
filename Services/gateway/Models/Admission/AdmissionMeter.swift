/// What one subject has taken of its limits.
struct AdmissionMeter: Sendable, Equatable {
    /// Requests of ten seconds may come at once, as for the tenant's request rate: any burst of a person or a page.
    private static let requestBurstDivisor: Int64 = 6

    private var requests = MinuteBucket()
    private var tokens = MinuteBucket()
    /// Calls under way. While there are any, the meter is not forgotten.
    private(set) var inFlight: Int64 = 0

    /// Why the call may not pass, or nil. Takes nothing.
    mutating func refusal(
        of demand: AdmissionDemand, as subject: AdmissionSubject, under limits: AdmissionLimits, at now: Int64
    ) -> AdmissionRefusal? {
        let level = limits[subject]
        if let limit = level.concurrency {
            let reserved = demand.isPriority ? 0 : limits.reserve(of: limit, for: subject)
            if inFlight >= limit - reserved {
                return AdmissionRefusal(
                    subject: subject, limit: .concurrency(limit), needed: 1, remaining: limit - inFlight,
                    waitMicroseconds: nil, isReserved: inFlight < limit)
            }
        }
        if let limit = level.requestsPerMinute {
            let shape = Self.requestShape(limit)
            requests.refill(shape, at: now)
            let reserved = demand.isPriority ? 0 : limits.reserve(of: shape.burst, for: subject)
            let wait = requests.wait(for: 1 + reserved, shape)
            if wait > 0 || reserved >= shape.burst {
                return AdmissionRefusal(
                    subject: subject, limit: .requests(limit), needed: 1, remaining: requests.items,
                    waitMicroseconds: max(wait, 1), isReserved: requests.items >= 1)
            }
        }
        if let limit = level.tokensPerMinute {
            let shape = Self.tokenShape(limit)
            tokens.refill(shape, at: now)
            let reserved = demand.isPriority ? 0 : limits.reserve(of: limit, for: subject)
            guard demand.tokens <= limit - reserved else {
                return AdmissionRefusal(
                    subject: subject, limit: .tokens(limit), needed: demand.tokens, remaining: tokens.items,
                    waitMicroseconds: nil, isReserved: demand.tokens <= limit)
            }
            let wait = tokens.wait(for: demand.tokens + reserved, shape)
            if wait > 0 {
                return AdmissionRefusal(
                    subject: subject, limit: .tokens(limit), needed: demand.tokens, remaining: tokens.items,
                    waitMicroseconds: wait, isReserved: tokens.items >= demand.tokens)
            }
        }
        return nil
    }

    /// Takes what `refusal` has found to be there.
    mutating func take(_ demand: AdmissionDemand, under level: AdmissionLimits.Level) {
        inFlight += 1
        if let limit = level.requestsPerMinute { requests.take(1, Self.requestShape(limit)) }
        if let limit = level.tokensPerMinute { tokens.take(demand.tokens, Self.tokenShape(limit)) }
    }

    /// The call has ended. `unused` tokens come back; negative when it used more than it had asked for.
    mutating func giveBack(unused: Int64, under level: AdmissionLimits.Level, at now: Int64) {
        inFlight -= 1
        if let limit = level.tokensPerMinute {
            let shape = Self.tokenShape(limit)
            tokens.refill(shape, at: now)
            tokens.take(-unused, shape)
        }
    }

    private static func requestShape(_ limit: Int64) -> MinuteBucket.Shape {
        MinuteBucket.Shape(rate: limit, burst: limit / requestBurstDivisor)
    }

    /// One call may need a good part of a minute's tokens, so all of them may be taken at once.
    private static func tokenShape(_ limit: Int64) -> MinuteBucket.Shape {
        MinuteBucket.Shape(rate: limit, burst: limit)
    }
}
