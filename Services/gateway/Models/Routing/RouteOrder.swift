import Contracts

/// Puts the candidates of one route in the order that its policy asks for.
struct RouteOrder {
    private let setting: RouteSetting
    private let policy: RoutingPolicy
    /// A conversation's own figure; nil when it goes wherever any other call would.
    private let conversation: UInt64?

    init(_ setting: RouteSetting, _ route: ModelRoute) {
        self.setting = setting
        policy = route.policy
        conversation = route.isSticky ? setting.question.conversation.map(RendezvousHash.hash) : nil
    }

    /// By the figure of the policy, then by that of the conversation, then by the order of priority.
    func rank(_ entries: inout [RouteBallot.Entry]) {
        guard entries.count > 1 else { return }
        for index in entries.indices {
            entries[index].place = index
            entries[index].figure = figure(entries[index])
            if let conversation {
                entries[index].tie = RendezvousHash.figure(
                    conversation, entries[index].candidate.hash, weight: entries[index].candidate.weight)
            }
        }
        entries.sort { ($0.figure, $0.tie, $0.place) < ($1.figure, $1.tie, $1.place) }
    }

    /// The smaller, the earlier. What a conversation sticks to must not change with load or latency, so under the
    /// policies that look at these it is the conversation alone that decides; priority and price stay before it.
    private func figure(_ entry: RouteBallot.Entry) -> Double {
        switch policy {
        case .priority: Double(entry.candidate.rank)
        case .lowestPrice: entry.cost.map(Double.init) ?? .infinity
        case .lowestLatency, .weighted, .leastBusy, .availability: conversation == nil ? measured(entry) : 0
        }
    }

    private func measured(_ entry: RouteBallot.Entry) -> Double {
        switch policy {
        case .lowestLatency: latency(entry.snapshot)
        case .leastBusy: Double(entry.snapshot.underWay) / entry.candidate.weight
        // In steps of a hundredth, so that two that are as good as each other keep their order.
        case .availability: ((entry.snapshot.failureShare ?? 0) * 100).rounded(.down)
        case .weighted:
            RendezvousHash.figure(
                RendezvousHash.mixed(setting.random ^ entry.candidate.hash), weight: entry.candidate.weight)
        case .priority, .lowestPrice: 0
        }
    }

    /// To the first token of a stream, to the end of a whole answer. One that was not measured lately is asked first,
    /// by one call at a time: otherwise it never would be again.
    private func latency(_ snapshot: HealthSnapshot) -> Double {
        let isStream = setting.question.needs.contains(.streaming)
        let measured = isStream ? snapshot.firstToken ?? snapshot.total : snapshot.total ?? snapshot.firstToken
        return measured ?? (snapshot.underWay == 0 ? 0 : .infinity)
    }
}
