/// Where a tenant's calls go, by the name of the model. An immutable value, replaced as a whole.
struct ModelDirectory: Sendable {
    /// By priority, then by name, so that every replica chooses alike.
    let providers: [ModelProvider]
    private let exact: [String: ModelProvider]

    init(_ providers: [ModelProvider]) {
        let ordered = providers.sorted { ($0.priority, $0.name) < ($1.priority, $1.name) }
        self.providers = ordered
        var exact: [String: ModelProvider] = [:]
        for name in ordered.flatMap({ $0.models.compactMap(\.listedName) }) where exact[name] == nil {
            exact[name] = ordered.first { $0.models.contains { $0.matches(name) } }
        }
        self.exact = exact
    }

    /// The first provider that serves the model; nil when none does.
    func provider(of model: String) -> ModelProvider? {
        exact[model] ?? providers.first { $0.models.contains { $0.matches(model) } }
    }

    /// Every provider that serves the model, the first to be asked first.
    func providers(of model: String) -> [ModelProvider] {
        providers.filter { $0.models.contains { $0.matches(model) } }
    }

    /// The models that can be named, each once.
    var names: [(model: String, provider: ModelProvider)] {
        exact.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
