import Contracts

/// One place where one call may go.
final class ModelTarget: Sendable {
    let provider: ModelProvider
    /// The name sent to the provider.
    let model: String
    /// Nil for a model that the catalogue does not have.
    let catalogue: CatalogueModel?
    /// Nil while there is no price book.
    let price: ModelPrice?
    /// How the target fares here. Report to it through `HealthBoard`.
    let health: TargetHealth

    init(
        provider: ModelProvider, model: String, catalogue: CatalogueModel?, price: ModelPrice?, health: TargetHealth
    ) {
        self.provider = provider
        self.model = model
        self.catalogue = catalogue
        self.price = price
        self.health = health
    }
}

extension ModelTarget {
    /// How it carries on an answer that another target began; nil when it does not.
    var prefill: AnswerPrefill? {
        provider.adapter.prefill(
            model: model, isCatalogued: catalogue.map { $0.capabilities.contains(.prefill) })
    }
}

/// Names a target in the process: the tenant, its provider (which is one key) and the model.
struct TargetKey: Hashable, Sendable {
    let tenant: TenantID
    let provider: ProviderID
    let model: String
}
