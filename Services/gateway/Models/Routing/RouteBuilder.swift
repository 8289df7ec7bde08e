import Contracts

/// Works out the routes of one tenant.
struct RouteBuilder: Sendable {
    /// Names that stand for the tenant's default as long as they are nothing else.
    static let reserved = ["default", "fast", "cheap"]

    let tenant: TenantID
    /// By priority, then by name, so that every replica chooses alike.
    private let providers: [ModelProvider]
    private let settings: TenantConfiguration.Models
    private let catalogue: ModelCatalogue
    private let allowed: [ModelPattern]?
    private let regions: Set<String>?

    init(
        tenant: TenantID, providers: [ModelProvider], settings: TenantConfiguration.Models, catalogue: ModelCatalogue
    ) {
        self.tenant = tenant
        self.providers = providers.sorted { ($0.priority, $0.name) < ($1.priority, $1.name) }
        self.settings = settings
        self.catalogue = catalogue
        allowed = settings.allowed.map { $0.map(ModelPattern.init) }
        regions = settings.residency.map(Set.init)
    }

    /// The routes of every name that is written down somewhere.
    func knownRoutes() -> [String: ModelRoute] {
        var names = Set(settings.aliases.keys).union(settings.fallbacks.keys).union(Self.reserved)
        for provider in providers { names.formUnion(provider.models.compactMap(\.listedName)) }
        var routes: [String: ModelRoute] = [:]
        for name in names { routes[name] = route(named: name) }
        return routes
    }

    /// Nil when the name is neither an alias, nor served by any provider, nor has something to fall back to.
    func route(named name: String) -> ModelRoute? {
        if let route = own(name) { return withFallbacks(route) }
        guard Self.reserved.contains(name), settings.defaultModel != name else { return nil }
        guard let route = own(settings.defaultModel) else { return nil }
        return withFallbacks(route).renamed(name)
    }

    /// Without what is tried after it.
    private func own(_ name: String) -> ModelRoute? {
        if let alias = settings.aliases[name] { return route(name, of: alias) }
        let serving = providers.filter { serves($0, name) }
        guard !serving.isEmpty else { return unserved(name) }
        var parts = Parts()
        add(name, servedBy: serving, weight: nil, rank: nil, to: &parts)
        return ModelRoute(
            name: name, isAlias: false, policy: settings.policy, isSticky: false, candidates: parts.candidates,
            leftOut: parts.leftOut, fallbacks: [])
    }

    /// A model that nobody serves, or no more, and that the operator has said what to try for.
    private func unserved(_ name: String) -> ModelRoute? {
        guard settings.fallbacks[name] != nil, allowed?.contains(where: { $0.matches(name) }) ?? true else {
            return nil
        }
        return ModelRoute(
            name: name, isAlias: false, policy: settings.policy, isSticky: false, candidates: [],
            leftOut: [RouteExclusion(provider: "", model: name, reason: .notServed)], fallbacks: [])
    }

    private func withFallbacks(_ route: ModelRoute) -> ModelRoute {
        guard !route.isAlias, let chain = settings.fallbacks[route.name] else { return route }
        return ModelRoute(
            name: route.name, isAlias: false, policy: route.policy, isSticky: false, candidates: route.candidates,
            leftOut: route.leftOut, fallbacks: chain.compactMap(own))
    }

    private func route(_ name: String, of alias: TenantConfiguration.Alias) -> ModelRoute {
        var parts = Parts()
        for (index, target) in alias.targets.enumerated() {
            let named = target.provider.map { wanted in providers.filter { $0.name == wanted } } ?? providers
            let serving = named.filter { serves($0, target.model) }
            if serving.isEmpty {
                parts.leftOut.append(
                    RouteExclusion(
                        provider: target.provider ?? "", model: target.model,
                        reason: named.isEmpty ? .unknownProvider : .notServed))
            }
            add(target.model, servedBy: serving, weight: target.weight, rank: index, to: &parts)
        }
        return ModelRoute(
            name: name, isAlias: true, policy: alias.policy, isSticky: alias.sticky, candidates: parts.candidates,
            leftOut: parts.leftOut, fallbacks: [])
    }

    private struct Parts {
        var candidates: [RouteCandidate] = []
        var leftOut: [RouteExclusion] = []
        var keys: Set<TargetKey> = []
    }

    /// - Parameters:
    ///   - weight: Of all of them together, spread by the weights of the providers; nil when each has its own.
    ///   - rank: Of all of them; nil when each has its provider's.
    private func add(
        _ model: String, servedBy serving: [ModelProvider], weight: Int?, rank: Int?, to parts: inout Parts
    ) {
        let usable = serving.filter { provider in
            guard let reason = exclusion(of: model, at: provider) else { return true }
            parts.leftOut.append(RouteExclusion(provider: provider.name, model: model, reason: reason))
            return false
        }
        let sum = usable.reduce(0) { $0 + $1.weight }
        for provider in usable {
            let key = TargetKey(tenant: tenant, provider: provider.id, model: model)
            // A model that an alias names twice keeps its first place.
            guard parts.keys.insert(key).inserted else { continue }
            let share = weight.map { Double($0) * Double(provider.weight) / Double(max(sum, 1)) }
            parts.candidates.append(
                RouteCandidate(
                    key: key, provider: provider, catalogue: catalogue.model(model),
                    weight: share ?? Double(provider.weight), rank: rank ?? provider.priority))
        }
    }

    /// A pattern does not make a reserved name a model: a provider that serves `*` has none that is called `fast`.
    private func serves(_ provider: ModelProvider, _ model: String) -> Bool {
        guard Self.reserved.contains(model) else { return provider.models.contains { $0.matches(model) } }
        return provider.models.contains { $0.listedName == model }
    }

    private func exclusion(of model: String, at provider: ModelProvider) -> RouteExclusion.Reason? {
        if let allowed, !allowed.contains(where: { $0.matches(model) }) { return .notAllowed }
        if let regions, !(provider.region.map(regions.contains) ?? false) { return .outOfResidency }
        return nil
    }
}

extension ModelRoute {
    fileprivate func renamed(_ name: String) -> ModelRoute {
        ModelRoute(
            name: name, isAlias: true, policy: policy, isSticky: isSticky, candidates: candidates, leftOut: leftOut,
            fallbacks: fallbacks)
    }
}
