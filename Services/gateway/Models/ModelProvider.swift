import Contracts

/// One place where a tenant's calls to models can go, ready to be used: its adapter knows the address and the key.
struct ModelProvider: Sendable {
    let id: ProviderID
    let name: String
    let adapter: any ProviderAdapter
    let models: [ModelPattern]
    let priority: Int
    /// Where it computes; nil when the operator did not say.
    var region: String?
    var weight = 1
}
