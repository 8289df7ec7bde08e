import Contracts

/// One way that a call can go: a provider, the model's name there, and its price.
struct ModelTarget: Sendable {
    let provider: ModelProvider
    /// The name sent to the provider, which need not be the one that the client used.
    let model: String
    let price: ModelPrice?
}
