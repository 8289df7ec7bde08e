import Contracts

/// Why a call went where it went, for the audit record.
final class RouteDecision: Sendable {
    enum Content: Sendable {
        /// There was one target and nothing to choose.
        case direct(ModelTarget)
        case chosen([RouteBallot.Entry], leftOut: [RouteExclusion], insteadOf: String?)
    }

    /// What `text` has at most.
    static let maximumBytes = 2_048

    let question: RouteQuestion
    let route: ModelRoute
    let content: Content

    init(question: RouteQuestion, route: ModelRoute, content: Content) {
        self.question = question
        self.route = route
        self.content = content
    }

    /// One compact JSON object of at most `maximumBytes`, made when it is asked for:
    /// `{"model":"fast","alias":true,"policy":"lowest_price","candidates":[{"provider":"openai","model":"gpt-5-mini",
    /// "price":"0.0000165","health":"healthy","latency_ms":412,"under_way":3,"rank":1},{…,"left_out":"out_of_residency"}]}`
    var text: String {
        var head = JSONText()
        head.member("model", route.name)
        head.member("alias", route.isAlias)
        switch content {
        case .direct(let target):
            head.member("provider", target.provider.name)
            if target.model != route.name { head.member("target", target.model) }
            return String(decoding: head.finish(), as: UTF8.self)
        case .chosen(let order, let leftOut, let insteadOf):
            head.member("policy", route.policy.rawValue)
            if route.isSticky { head.member("sticky", question.conversation != nil) }
            head.member("instead_of", insteadOf)
            let candidates = order.enumerated().map { Self.text($0.element, rank: $0.offset) } + leftOut.map(Self.text)
            return Self.bounded(String(decoding: head.finish(), as: UTF8.self), candidates)
        }
    }

    /// As many candidates as there is room for, and how many there were besides.
    private static func bounded(_ head: String, _ candidates: [String]) -> String {
        // A name of a model may be long; then the head alone must do.
        guard head.utf8.count <= maximumBytes - 64 else { return "{}" }
        var text = head.dropLast() + ",\"candidates\":["
        var written = 0
        for candidate in candidates {
            guard text.utf8.count + candidate.utf8.count + 32 <= maximumBytes else { break }
            if written > 0 { text += "," }
            text += candidate
            written += 1
        }
        text += "]"
        if written < candidates.count { text += ",\"more\":\(candidates.count - written)" }
        return text + "}"
    }

    private static func text(_ entry: RouteBallot.Entry, rank: Int) -> String {
        var json = JSONText()
        json.member("provider", entry.candidate.provider.name)
        json.member("model", entry.candidate.model)
        json.member("price", entry.cost.map { Money(picoUSD: Int128($0)).description })
        json.member("health", entry.snapshot.state.name)
        json.member("first_token_ms", milliseconds(entry.snapshot.firstToken))
        json.member("latency_ms", milliseconds(entry.snapshot.total))
        json.member("under_way", Int64(entry.snapshot.underWay))
        if entry.standing == .tight { json.member("context", "tight") }
        if rank < RoutePlan.maximumTargets {
            json.member("rank", Int64(rank + 1))
        } else {
            json.member("left_out", RouteExclusion.Reason.beyondMaximum.rawValue)
        }
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func text(_ exclusion: RouteExclusion) -> String {
        var json = JSONText()
        if !exclusion.provider.isEmpty { json.member("provider", exclusion.provider) }
        json.member("model", exclusion.model)
        json.member("left_out", exclusion.reason.rawValue)
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func milliseconds(_ seconds: Double?) -> Int64? {
        seconds.map { Int64(min($0 * 1_000, 1e12)) }
    }
}
