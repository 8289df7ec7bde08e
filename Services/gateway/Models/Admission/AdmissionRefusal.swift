import Contracts
import HTTPTypes
import ServiceKit

/// Which limit a call ran into, and what its sender is told.
struct AdmissionRefusal: Sendable, Equatable {
    enum Limit: Sendable, Equatable {
        case requests(Int64)
        case tokens(Int64)
        case concurrency(Int64)

        /// As it is called in metrics and in the tenant's configuration.
        var name: String {
            switch self {
            case .requests: "requests_per_minute"
            case .tokens: "tokens_per_minute"
            case .concurrency: "concurrency"
            }
        }

        var amount: Int64 {
            switch self {
            case .requests(let amount), .tokens(let amount), .concurrency(let amount): amount
            }
        }
    }

    let subject: AdmissionSubject
    let limit: Limit
    let needed: Int64
    let remaining: Int64
    /// Nil when time alone does not help: a call has to end, or this one is larger than the limit.
    let waitMicroseconds: Int64?
    /// There would have been enough, had the call been of priority 1.
    let isReserved: Bool

    /// 429, with `Retry-After` and the `RateLimit-*` fields in whole seconds.
    var error: APIError {
        APIError(.rateLimited, detail, headers: fields)
    }

    private var detail: String {
        let what =
            switch limit {
            case .requests(let amount): "the \(subject.rawValue)'s limit of \(amount) model calls a minute is reached"
            case .concurrency(let amount):
                "the \(subject.rawValue)'s limit of \(amount) model calls at a time is reached"
            case .tokens(let amount) where isTooLarge:
                "this call may use \(needed) tokens, more than the \(subject.rawValue)'s limit of \(amount) a minute allows"
            case .tokens(let amount): "the \(subject.rawValue)'s limit of \(amount) tokens a minute is reached"
            }
        return isReserved ? what + "; what is left is kept for priority 1" : what
    }

    /// Sending it again is of no use.
    private var isTooLarge: Bool {
        if case .tokens = limit { return waitMicroseconds == nil }
        return false
    }

    private var fields: HTTPFields {
        // How long a call under way takes is not known; a second is the least that can be said.
        let seconds = waitMicroseconds.map { max(1, Int(($0 + 999_999) / 1_000_000)) } ?? 1
        var fields = RateLimitFields.fields(
            limit: Int(limit.amount), remaining: Int(max(0, remaining)), resetSeconds: seconds,
            retryAfterSeconds: isTooLarge ? 60 : seconds)
        if isTooLarge, let name = HTTPField.Name("x-should-retry") { fields[name] = "false" }
        return fields
    }
}
