import HTTPTypes
import Resilience

/// What a client is told that was too fast: `Retry-After` and the three `RateLimit-*` fields, all in whole seconds
/// (draft-ietf-httpapi-ratelimit-headers).
enum RateLimitFields {
    private static let names = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
        .compactMap { HTTPField.Name($0) }

    static func fields(_ limit: RateLimit, _ decision: RateLimit.Decision) -> HTTPFields {
        self.fields(
            limit: limit.burst, remaining: decision.remaining, resetSeconds: seconds(decision.resetAfter),
            retryAfterSeconds: seconds(decision.retryAfter))
    }

    static func fields(limit: Int, remaining: Int, resetSeconds: Int, retryAfterSeconds: Int) -> HTTPFields {
        var fields = HTTPFields()
        fields[.retryAfter] = String(retryAfterSeconds)
        for (name, value) in zip(names, [limit, remaining, resetSeconds]) { fields[name] = String(value) }
        return fields
    }

    /// Rounded up, at least one: a client that waits that long is let in.
    private static func seconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
