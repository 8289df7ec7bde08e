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
        /// Nil without a price book.
        let price: ModelPrice?
        /// In pico-dollars, for the request at hand.
        let cost: Int64?
        let standing: Standing
        /// Where it stood before it was ranked, which decides between equals.
        var place = 0
        var figure = 0.0
        var tie = 0.0
    }

    /// The earlier, the better.
    enum Standing {
        case fit
        /// By an estimate that errs high the request does not fit its context.
        case tight
        case broken
    }

    private let setting: RouteSetting
    private var entries: [Entry] = []
    private var lacking: [Entry] = []
    private var keys: Set<TargetKey> = []
    private var leftOut: [RouteExclusion] = []
    /// Whether the catalogue says of one candidate, cooling down or not, that it can do what is asked.
    private var hasAble = false
    private var soonestAble: ContinuousClock.Instant?
    private var soonestLacking: ContinuousClock.Instant?
    private let hasFallbacks: Bool

    init(_ setting: RouteSetting, hasFallbacks: Bool) {
        self.setting = setting
        self.hasFallbacks = hasFallbacks
    }

    mutating func add(_ route: ModelRoute, _ board: HealthBoard) {
        var able: [Entry] = []
        var unable: [Entry] = []
        for candidate in route.candidates {
            // The candidates of one name are different anyway.
            guard !hasFallbacks || keys.insert(candidate.key).inserted else { continue }
            let isAble = unmet(candidate) == nil
            hasAble = hasAble || isAble
            guard let entry = entry(candidate, board, isAble) else { continue }
            if isAble { able.append(entry) } else { unable.append(entry) }
        }
        let order = RouteOrder(setting, route)
        order.rank(&able)
        order.rank(&unable)
        entries += able
        lacking += unable
    }

    /// When the first of those that could have been asked can be asked again; nil when none cools down.
    var soonestEndOfCooldown: ContinuousClock.Instant? { soonestAble ?? soonestLacking }

    /// In the order of trying. The catalogue is advice: when it says of every candidate that it cannot do what is
    /// asked, the providers decide.
    func result() -> (order: [Entry], leftOut: [RouteExclusion]) {
        guard hasAble else { return (Self.sorted(lacking), leftOut) }
        return (
            Self.sorted(entries),
            leftOut + lacking.map { $0.candidate.exclusion(unmet($0.candidate) ?? .lacksCapability) }
        )
    }

    /// Stable: entries of one standing and round keep the order that their policy gave them.
    private static func sorted(_ entries: [Entry]) -> [Entry] {
        guard entries.contains(where: { $0.standing != .fit }) else { return entries }
        return [Standing.fit, .tight, .broken].flatMap { standing in entries.filter { $0.standing == standing } }
    }

    /// Nil for one that takes no more for a while.
    private mutating func entry(_ candidate: RouteCandidate, _ board: HealthBoard, _ isAble: Bool) -> Entry? {
        let health = board.health(of: candidate.key)
        let snapshot = health.snapshot(at: setting.now)
        if case .coolingDown(let until) = snapshot.state {
            if isAble {
                soonestAble = min(soonestAble ?? until, until)
            } else {
                soonestLacking = min(soonestLacking ?? until, until)
            }
            leftOut.append(candidate.exclusion(.coolingDown))
            return nil
        }
        var standing = Standing.fit
        if case .open = snapshot.state {
            standing = .broken
        } else if let context = candidate.catalogue?.contextTokens, tokens > context {
            standing = .tight
        }
        let price = setting.prices?.price(for: candidate.model)
        return Entry(
            candidate: candidate, health: health, snapshot: snapshot, price: price, cost: setting.cost(price),
            standing: standing)
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
