/// How much of a streamed answer is paid for while it comes: a hold that begins smaller than the limit on the answer, is
/// extended in steps, and cuts the stream when it cannot be.
///
/// Pure. The caller reports what came, does what it is told, and says how that went. Tokens are those of all choices of
/// the answer together, as far as they can be counted on the way.
///
/// The provider was sent the whole limit, so what it has produced and we have not read yet is not bounded by the hold;
/// `margin` is kept for what is read together with the last that is paid for. A tenant that wants no such difference holds the whole limit from the start, which is the
/// default.
struct StreamAllowance: Sendable, Equatable {
    enum Action: Sendable, Equatable {
        /// Go on.
        case pass
        /// Hold this many tokens more, then say `extended` or `refused`, before anything further is read.
        case extend(by: Int64)
        /// End the stream with an error event: the money is used up.
        case cut
    }

    /// Kept for what is on its way when a stream is cut: a few network packets of short events.
    static let margin: Int64 = 64
    /// Smaller steps would ask for money with every packet.
    static let minimumStep: Int64 = 128

    /// On the whole answer; the provider was sent it.
    let limit: Int64
    let step: Int64
    /// Tokens that are held for.
    private(set) var covered: Int64
    /// Tokens that have come.
    private(set) var produced: Int64 = 0
    private var state = State.open(askAt: 0)

    private enum State: Sendable, Equatable {
        /// More is asked for when so much has come.
        case open(askAt: Int64)
        case asking(Int64)
        case closed
    }

    /// - Parameter initial: What to hold at first, and with each step; nil for all of `limit` at once.
    init(limit: Int64, initial: Int64? = nil) {
        self.limit = max(limit, 0)
        let first = max(initial ?? self.limit, Self.minimumStep)
        step = first
        covered = min(first, self.limit)
        state = .open(askAt: nextQuestion)
    }

    /// Whether the stream needs to be watched at all.
    var isWhole: Bool { covered >= limit }

    /// Reports what came.
    mutating func received(_ tokens: Int64) -> Action {
        let sum = produced.addingReportingOverflow(max(tokens, 0))
        produced = sum.overflow ? .max : sum.partialValue
        guard !isWhole else { return .pass }
        switch state {
        case .asking(let amount): return .extend(by: amount)
        case .open(let askAt) where produced >= askAt:
            let amount = min(step, limit - covered)
            state = .asking(amount)
            return .extend(by: amount)
        case .open: return .pass
        case .closed: return isUsedUp ? .cut : .pass
        }
    }

    /// The money for what was asked is held.
    mutating func extended() -> Action {
        guard case .asking(let amount) = state else { return .pass }
        covered += amount
        state = .open(askAt: nextQuestion)
        // One event may have brought more than a step.
        return received(0)
    }

    /// It is not. What is covered already may still come.
    ///
    /// - Parameter mayChange: Nobody could say, so it is asked again later; a budget that has nothing left is not.
    mutating func refused(mayChange: Bool) -> Action {
        guard case .asking = state else { return .pass }
        // Half of what is left, each time: a handful of questions, then the end.
        let left = covered - Self.margin - produced
        state = mayChange && left > 1 ? .open(askAt: produced + (left + 1) / 2) : .closed
        return isUsedUp ? .cut : .pass
    }

    private var isUsedUp: Bool { produced >= covered - Self.margin }

    /// Half a step ahead, so that the answer is there before the tokens are.
    private var nextQuestion: Int64 { max(0, covered - max(step / 2, Self.margin)) }
}
