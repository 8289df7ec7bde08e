import Contracts

/// Ranks the candidates of a name and of its fallbacks for one call.
///
/// Who can do what is asked comes before who is known to be broken, round by round: the candidates of the name itself,
/// then those of each fallback. A broken candidate is tried last rather than not at all; one that has said that it
/// takes no more is left out.
struct RouteBallot {
    /// One candidate with all that decided about its place.
    struct Entry {
        let candidate: RouteCandidate
        let health: TargetHealth
        let snapshot: HealthSnapshot
        /// In pico-dollars, for the request at hand; nil without a price book.
        let cost: Int64?
        let standing: Standing
        let round: Int
        var figure = 0.0
        var tie = 0.0
    }

    /// The smaller, the better.
    enum Standing: Int, Comparable {
        case fit
        /// By an estimate that errs high the request does not fit its context.
        case tight
        case broken

        static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
    }

    private let setting: RouteSetting
    private var entries: [Entry] = []
    private var lacking: [Entry] = []
    private var keys: Set<TargetKey> = []
    private var leftOut: [RouteExclusion] = []
    private(set) var soonestEndOfCooldown: ContinuousClock.Instant?
    private var rounds = 0

    init(_ setting: RouteSetting) {
        self.setting = setting
    }

    mutating func add(_ route: ModelRoute, _ board: HealthBoard) {
        var round: [Entry] = []
        for candidate in route.candidates where keys.insert(candidate.key).inserted {
            guard let entry = entry(candidate, board) else { continue }
            if unmet(candidate) == nil { round.append(entry) } else { lacking.append(entry) }
        }
        RouteOrder(setting, route).rank(&round)
        entries += round
        rounds += 1
    }

    /// In the order of trying. The catalogue is advice: when it says of every candidate that it cannot do what is
    /// asked, the providers decide.
    func result() -> (order: [Entry], leftOut: [RouteExclusion]) {
        guard !entries.isEmpty else { return (Self.sorted(lacking), leftOut) }
        return (
            Self.sorted(entries),
            leftOut + lacking.map { $0.candidate.exclusion(unmet($0.candidate) ?? .lacksCapability) }
        )
    }

    /// Stable: entries of one standing and round keep the order that their policy gave them.
    private static func sorted(_ entries: [Entry]) -> [Entry] {
        entries.enumerated().sorted { left, right in
            (left.element.standing, left.offset) < (right.element.standing, right.offset)
        }.map(\.element)
    }

    /// Nil for one that takes no more for a while.
    private mutating func entry(_ candidate: RouteCandidate, _ board: HealthBoard) -> Entry? {
        let health = board.health(of: candidate.key)
        let snapshot = health.snapshot(at: setting.now)
        if case .coolingDown(let until) = snapshot.state {
            soonestEndOfCooldown = min(soonestEndOfCooldown ?? until, until)
            leftOut.append(candidate.exclusion(.coolingDown))
            return nil
        }
        var standing = Standing.fit
        if case .open = snapshot.state {
            standing = .broken
        } else if let context = candidate.catalogue?.contextTokens, tokens > context {
            standing = .tight
        }
        return Entry(
            candidate: candidate, health: health, snapshot: snapshot,
            cost: setting.cost(setting.prices?.price(for: candidate.model)), standing: standing, round: rounds)
    }

    private var tokens: Int64 {
        let sum = setting.question.promptTokens.addingReportingOverflow(setting.question.answerTokens)
        return sum.overflow ? .max : sum.partialValue
    }

    /// What the catalogue says that the candidate cannot do.
    private func unmet(_ candidate: RouteCandidate) -> RouteExclusion.Reason? {
        guard let model = candidate.catalogue else { return nil }
        if !setting.question.needs.isSubset(of: model.capabilities) { return .lacksCapability }
        // The estimate is at most about three times what it is in truth.
        if let context = model.contextTokens, setting.question.promptTokens / 3 > context { return .contextTooSmall }
        return nil
    }
}

extension RouteCandidate {
    func exclusion(_ reason: RouteExclusion.Reason) -> RouteExclusion {
        RouteExclusion(provider: provider.name, model: model, reason: reason)
    }
}
