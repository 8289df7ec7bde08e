import Contracts

/// One place where a tenant's calls to models can go, ready to be used: its adapter knows the address and the key.
///
/// Of the values that go along with a call the large ones are objects: copying them for every step of it would count the
/// references of all that is in them.
final class ModelProvider: Sendable {
    let id: ProviderID
    let name: String
    let adapter: any ProviderAdapter
    let models: [ModelPattern]
    let priority: Int
    /// Where it computes; nil when the operator did not say.
    let region: String?
    let weight: Int
    /// To be kept out of what clients are told.
    let secrets: ProviderSecrets

    init(
        id: ProviderID, name: String, adapter: any ProviderAdapter, models: [ModelPattern], priority: Int,
        region: String? = nil, weight: Int = 1, secrets: ProviderSecrets = ProviderSecrets()
    ) {
        self.id = id
        self.name = name
        self.adapter = adapter
        self.models = models
        self.priority = priority
        self.region = region
        self.weight = weight
        self.secrets = secrets
    }
}
