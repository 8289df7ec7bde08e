import Contracts

/// Where a tenant's calls may go, by the name that they give: all that follows from its providers, its configuration
/// and the catalogue, worked out once, so that a call has only to look at prices and health. Immutable but for a
/// cache; replaced as a whole.
final class RouteMap: Sendable {
    /// Names beyond the listed ones, which patterns match. Clients choose them, hence the bound.
    private static let maximumMatched = 1_000

    private let known: [String: ModelRoute]
    private let matched = GenerationCache<String, ModelRoute>(capacity: maximumMatched)
    private let builder: RouteBuilder

    init(
        tenant: TenantID, providers: [ModelProvider], settings: TenantConfiguration.Models, catalogue: ModelCatalogue
    ) {
        let builder = RouteBuilder(tenant: tenant, providers: providers, settings: settings, catalogue: catalogue)
        self.builder = builder
        known = builder.knownRoutes()
    }

    /// Nil when the name is neither an alias nor served by any provider.
    func route(named name: String) -> ModelRoute? {
        if let route = known[name] { return route }
        if let route = matched[name] { return route }
        guard let route = builder.route(named: name) else { return nil }
        matched[name] = route
        return route
    }

    /// The names that clients may use, each once and sorted, with who stands behind them.
    var names: [(model: String, owner: String)] {
        known.values.filter { !$0.candidates.isEmpty }.map { route in
            (route.name, route.isAlias ? "alias" : route.candidates.first?.provider.name ?? "")
        }.sorted { $0.model < $1.model }
    }
}

/// All candidates for one name.
struct ModelRoute: Sendable {
    /// As the client gives it.
    let name: String
    let isAlias: Bool
    let policy: RoutingPolicy
    let isSticky: Bool
    /// Those that may be used, in the order of priority; 200 at most.
    let candidates: [RouteCandidate]
    /// Those that may not, each with the reason.
    let leftOut: [RouteExclusion]
    /// What is tried after them, in this order.
    let fallbacks: [ModelRoute]

    /// Those of the name and of what is tried after it.
    var allLeftOut: [RouteExclusion] {
        fallbacks.isEmpty ? leftOut : leftOut + fallbacks.flatMap(\.leftOut)
    }

    /// There is nothing to choose.
    var isDirect: Bool { candidates.count == 1 && fallbacks.isEmpty }
}

/// One place where calls under a name may go. An object, so that ranking moves references instead of a provider's worth
/// of strings.
final class RouteCandidate: Sendable {
    let key: TargetKey
    let provider: ModelProvider
    let catalogue: CatalogueModel?
    /// Its share among the candidates.
    let weight: Double
    /// For `priority`: the smaller is asked first, equal ones are as good as each other.
    let rank: Int
    /// What `RendezvousHash` knows it by.
    let hash: UInt64

    init(
        key: TargetKey, provider: ModelProvider, catalogue: CatalogueModel?, weight: Double, rank: Int
    ) {
        self.key = key
        self.provider = provider
        self.catalogue = catalogue
        self.weight = weight
        self.rank = rank
        hash = RendezvousHash.hash("\(provider.id)/\(key.model)")
    }

    /// The name sent to the provider.
    var model: String { key.model }
}

/// A place where calls under a name may not go.
struct RouteExclusion: Sendable, Equatable {
    enum Reason: String, Sendable {
        case notAllowed = "not_allowed"
        case outOfResidency = "out_of_residency"
        case notServed = "not_served"
        case unknownProvider = "unknown_provider"
        case lacksCapability = "lacks_capability"
        case contextTooSmall = "context_too_small"
        case coolingDown = "cooling_down"
        case beyondMaximum = "beyond_maximum"
    }

    /// Empty when no provider serves the model.
    let provider: String
    let model: String
    let reason: Reason
}
