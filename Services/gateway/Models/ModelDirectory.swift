/// The providers of a tenant. An immutable value, replaced as a whole; where calls go is for its `RouteMap` to say.
struct ModelDirectory: Sendable {
    /// By priority, then by name, so that every replica chooses alike.
    let providers: [ModelProvider]

    init(_ providers: [ModelProvider]) {
        self.providers = providers.sorted { ($0.priority, $0.name) < ($1.priority, $1.name) }
    }
}
