import Contracts
import Resilience
import ServiceKit

/// All that the gateway has to know of a tenant while it handles a request. Immutable; replaced as a whole.
final class TenantProfile: Sendable {
    let scope: TenantScope
    let status: TenantDescription.Status
    /// Of requests of every kind, for calls about tickets of priority 1.
    let limit: RateLimit
    /// The same for all other calls: the burst that is kept for priority 1 is not theirs. Both limits share one state.
    let ordinaryLimit: RateLimit
    let models: ModelDirectory
    let settings: TenantConfiguration
    /// The version of `settings`, part of the keys of what is kept: with a change an alias may mean another model.
    let revision: Int64
    let admission: AdmissionLimits
    /// Nil while the tenant has not switched it on.
    let cache: CacheSettings?
    let routes: RouteMap

    init(
        tenant: TenantDescription, scope: TenantScope, models: ModelDirectory, settings: TenantConfiguration,
        revision: Int64 = 0, catalogue: ModelCatalogue = .empty
    ) {
        self.scope = scope
        status = tenant.status
        // A minute's worth in one go would let a client starve itself for the rest of it; ten seconds' worth absorbs
        // any burst of a person or a page.
        let rate = settings.limits.requestsPerMinute ?? tenant.requestsPerMinute
        let burst = max(rate / 6, 1)
        admission = AdmissionLimits(settings.limits)
        limit = RateLimit(rate: rate, per: .seconds(60), burst: burst)
        let reserved = Int(admission.reserve(of: Int64(burst), for: .tenant))
        ordinaryLimit = RateLimit(rate: rate, per: .seconds(60), burst: max(burst - reserved, 1))
        cache = CacheSettings(settings.cache)
        self.models = models
        self.settings = settings
        self.revision = revision
        routes = RouteMap(
            tenant: scope.tenant, providers: models.providers, settings: settings.models, catalogue: catalogue)
    }
}
