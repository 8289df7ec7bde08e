/// What has to be known of a call to find its way.
struct RouteQuestion: Sendable {
    /// As the client named it: an alias or a model.
    var model: String
    var needs: ModelCapabilities
    /// An estimate that errs high.
    var promptTokens: Int64
    /// The most that the answer may have; zero for embeddings.
    var answerTokens: Int64
    /// What tells one conversation from others, for aliases that are sticky; nil when nothing does.
    var conversation: String?
    /// The tenant has used the share of its budget from which on a cheaper model shall do.
    var isNearBudget: Bool

    init(
        model: String, needs: ModelCapabilities = [], promptTokens: Int64 = 0, answerTokens: Int64 = 0,
        conversation: String? = nil, isNearBudget: Bool = false
    ) {
        self.model = model
        self.needs = needs
        self.promptTokens = promptTokens
        self.answerTokens = answerTokens
        self.conversation = conversation
        self.isNearBudget = isNearBudget
    }
}

/// Where a call goes.
struct RoutePlan: Sendable {
    /// More would outlast any deadline.
    static let maximumTargets = 8

    /// In the order of trying: never empty, `maximumTargets` at most.
    let targets: [ModelTarget]
    let decision: RouteDecision
}
