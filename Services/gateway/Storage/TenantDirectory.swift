import Contracts
import ServiceKit

/// What the gateway knows of tenants, remembered while `ChangeFollower` vouches for it.
final class TenantDirectory: Sendable {
    /// Profiles in memory: a few kilobytes each.
    private static let capacity = 10_000

    private let tenants: TenantStorage
    private let providers: ProviderStorage
    private let configurations: ConfigurationStorage
    private let catalogue: CatalogueDirectory
    private let changes: ChangeFollower
    private let profiles = GenerationCache<TenantID, TenantProfile>(capacity: capacity)
    private let loading = SingleFlight<TenantID, TenantProfile?>()

    init(
        tenants: TenantStorage, providers: ProviderStorage, configurations: ConfigurationStorage,
        catalogue: CatalogueDirectory, changes: ChangeFollower
    ) {
        self.tenants = tenants
        self.providers = providers
        self.configurations = configurations
        self.catalogue = catalogue
        self.changes = changes
    }

    /// Nil when there is no such tenant.
    nonisolated(nonsending) func profile(in scope: TenantScope) async throws -> TenantProfile? {
        if changes.isCurrent, let profile = profiles[scope.tenant] { return profile }
        return try await loading.run(scope.tenant) { try await self.load(scope) }
    }

    func forget(_ change: ChangeFollower.Change) {
        switch change {
        case .tenant(let tenant): profiles[tenant] = nil
        case .everything: profiles.removeAll()
        }
    }

    private func load(_ scope: TenantScope) async throws -> TenantProfile? {
        let epoch = changes.epoch
        guard let tenant = try await tenants.find(in: scope) else { return nil }
        let models = try await providers.directory(in: scope)
        let current = try await configurations.current(in: scope)
        let profile = TenantProfile(
            tenant: tenant, scope: scope, models: models, settings: current.config, revision: current.version,
            catalogue: try await catalogue.current())
        // A change seen meanwhile may be one that this reading missed.
        if changes.epoch == epoch { profiles[scope.tenant] = profile }
        return profile
    }
}
