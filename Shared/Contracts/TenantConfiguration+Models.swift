/// In which order the candidates for one call are tried.
package enum RoutingPolicy: String, Sendable, WireWord {
    /// As they stand: an alias's targets in their order, providers by their priority and then their name.
    case priority
    /// The lowest price for the tokens of the request at hand.
    case lowestPrice = "lowest_price"
    /// The lowest recent time to the first token of a stream, or to the end of a whole answer.
    case lowestLatency = "lowest_latency"
    /// By lot, each as often as its weight says.
    case weighted
    /// The fewest calls under way for its weight.
    case leastBusy = "least_busy"
    /// The one that failed least lately.
    case availability
}

extension TenantConfiguration {
    /// Which models the tenant may use, under which names, and where its calls go.
    package struct Models: Codable, Sendable, Equatable {
        /// Names as the providers know them; `*` at the end stands for any rest. Nil for all that a provider serves.
        package var allowed: [String]?
        /// The alias or model for requests that name `default`, or `fast` or `cheap` while that is nothing else.
        package var defaultModel: String
        package var aliases: [String: Alias]
        /// For a name that is no alias and that several providers serve.
        package var policy: RoutingPolicy
        /// What is tried, in this order, when a model that is no alias cannot answer: models or aliases.
        package var fallbacks: [String: [String]]
        /// Only providers in one of these regions; nil for all.
        package var residency: [String]?
        /// Nil: a request past the budget is refused and no earlier one changed.
        package var nearBudget: NearBudget?
        /// Whether a streamed answer of text whose provider broke off is carried on by the next target that can. It
        /// reads the request again, and the beginning with it, and bills for both.
        package var continueBrokenStreams: Bool

        package init(
            allowed: [String]? = nil, defaultModel: String = "default", aliases: [String: Alias] = [:],
            policy: RoutingPolicy = .priority, fallbacks: [String: [String]] = [:], residency: [String]? = nil,
            nearBudget: NearBudget? = nil, continueBrokenStreams: Bool = false
        ) {
            self.allowed = allowed
            self.defaultModel = defaultModel
            self.aliases = aliases
            self.policy = policy
            self.fallbacks = fallbacks
            self.residency = residency
            self.nearBudget = nearBudget
            self.continueBrokenStreams = continueBrokenStreams
        }

        enum CodingKeys: String, MemberKey, CaseIterable {
            case allowed, aliases, policy, fallbacks, residency, nearBudget, continueBrokenStreams
            case defaultModel = "default"
        }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                allowed: try members.optional(.allowed), defaultModel: try members.value(.defaultModel, "default"),
                aliases: try members.value(.aliases, [:]), policy: try members.value(.policy, .priority),
                fallbacks: try members.value(.fallbacks, [:]), residency: try members.optional(.residency),
                nearBudget: try members.optional(.nearBudget),
                continueBrokenStreams: try members.value(.continueBrokenStreams, false))
        }
    }

    /// A name of the tenant's own for one or more models.
    package struct Alias: Codable, Sendable, Equatable {
        package var policy: RoutingPolicy
        package var targets: [Target]
        /// Whether the requests of one conversation go to one target, so that its cache of prompts is hit.
        package var sticky: Bool

        package init(policy: RoutingPolicy = .priority, targets: [Target], sticky: Bool = false) {
            self.policy = policy
            self.targets = targets
            self.sticky = sticky
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case policy, targets, sticky }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                policy: try members.value(.policy, .priority), targets: try members.required(.targets, or: []),
                sticky: try members.value(.sticky, false))
        }
    }

    /// One model behind an alias.
    package struct Target: Codable, Sendable, Equatable {
        /// The name of one of the tenant's providers; nil for every one that serves the model.
        package var provider: String?
        package var model: String
        package var weight: Int

        package init(provider: String? = nil, model: String, weight: Int = 1) {
            self.provider = provider
            self.model = model
            self.weight = weight
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case provider, model, weight }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(
                provider: try members.optional(.provider), model: try members.required(.model, or: ""),
                weight: try members.value(.weight, 1))
        }
    }

    /// What to do when the budget nears its end.
    package struct NearBudget: Codable, Sendable, Equatable {
        /// The share of the month's budget that is used or held, from which on it applies.
        package var share: Double
        /// The alias or model that takes the place of a dearer one.
        package var use: String

        package init(share: Double = 0.9, use: String) {
            self.share = share
            self.use = use
        }

        enum CodingKeys: String, MemberKey, CaseIterable { case share, use }

        package init(from decoder: any Decoder) throws {
            let members = try MemberReader<CodingKeys>(decoder)
            self.init(share: try members.value(.share, 0.9), use: try members.required(.use, or: ""))
        }
    }
}
