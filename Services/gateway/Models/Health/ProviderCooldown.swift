import Contracts
import Foundation

/// How long a provider that takes no more (429, 529) or is away for a while (503) wants to be left alone, by the headers of
/// its answer.
///
/// In this order: `retry-after-ms` (Azure), `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), then the longest
/// reset among the limits of which nothing remains: `x-ratelimit-remaining-…` and `x-ratelimit-reset-…` for requests
/// and tokens (OpenAI, Mistral and others: `1s`, `6m0s`, `120ms`), `anthropic-ratelimit-…-remaining` and `…-reset`
/// (RFC 3339).
enum ProviderCooldown {
    /// A header that is wrong must not shut a key for good: after an hour it is asked again.
    static let maximum = Duration.seconds(3_600)
    /// "Now" means that the others who were told so come now too.
    static let minimum = Duration.milliseconds(100)

    /// Nil when the answer does not say.
    static func duration(_ header: (String) -> String?, at now: Date) -> Duration? {
        stated(header, at: now) ?? exhausted(header, now).max().map(within)
    }

    /// What the answer says in so many words (`retry-after-ms`, `Retry-After`), whatever is left of its limits; nil when
    /// it does not.
    static func stated(_ header: (String) -> String?, at now: Date) -> Duration? {
        let delay =
            header("retry-after-ms").flatMap { number($0) }.map { $0 / 1_000 }
            ?? header("retry-after").flatMap { seconds(until: $0, now) }
        return delay.map(within)
    }

    private static func within(_ seconds: Double) -> Duration {
        min(max(.seconds(seconds), minimum), maximum)
    }

    private static func exhausted(_ header: (String) -> String?, _ now: Date) -> [Double] {
        var resets: [Double] = []
        for limit in ["requests", "tokens"] where isZero(header("x-ratelimit-remaining-\(limit)")) {
            if let text = header("x-ratelimit-reset-\(limit)"), let reset = goDuration(text) { resets.append(reset) }
        }
        for limit in ["requests", "tokens", "input-tokens", "output-tokens"]
        where isZero(header("anthropic-ratelimit-\(limit)-remaining")) {
            guard let text = header("anthropic-ratelimit-\(limit)-reset"), let date = WireFormat.date(text) else {
                continue
            }
            resets.append(bounded(date.timeIntervalSince(now)))
        }
        return resets
    }

    private static func isZero(_ text: String?) -> Bool {
        text.flatMap { number($0) }.map { $0 == 0 } ?? false
    }

    private static func seconds(until text: String, _ now: Date) -> Double? {
        number(text) ?? httpDate(text).map { bounded($0.timeIntervalSince(now)) }
    }

    /// A plain decimal number, not negative; at most a day, so that nothing overflows.
    private static func number(_ text: some StringProtocol) -> Double? {
        guard (1...20).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }), let value = Double(text)
        else { return nil }
        return min(value, 86_400_000)
    }

    private static func bounded(_ seconds: Double) -> Double {
        min(max(seconds, 0), 86_400)
    }

    /// `1s`, `6m0s`, `1h2m3.5s`, `120ms`, as Go writes durations; a number without a unit is seconds.
    static func goDuration(_ text: String) -> Double? {
        if let seconds = number(text) { return bounded(seconds) }
        var total = 0.0
        var rest = text[...]
        guard text.utf8.count <= 32, !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let value = number(digits), let scale = scale(of: unit) else { return nil }
            total += value * scale
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return bounded(total)
    }

    private static func scale(of unit: Substring) -> Double? {
        switch unit {
        case "d": 86_400
        case "h": 3_600
        case "m": 60
        case "s": 1
        case "ms": 0.001
        case "us", "µs": 0.000_001
        case "ns": 0.000_000_001
        default: nil
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent (RFC 9110 §5.6.7).
    static func httpDate(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: parts[2]) else { return nil }
        let clock = parts[4].split(separator: ":")
        guard clock.count == 3 else { return nil }
        var components = DateComponents()
        components.calendar = Calendar(identifier: .gregorian)
        components.timeZone = TimeZone(identifier: "UTC")
        components.year = Int(parts[3])
        components.month = month + 1
        components.day = Int(parts[1])
        components.hour = Int(clock[0])
        components.minute = Int(clock[1])
        components.second = Int(clock[2])
        guard components.isValidDate else { return nil }
        return components.date
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
