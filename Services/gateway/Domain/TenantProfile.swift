import Contracts
import Resilience
import ServiceKit

/// All that the gateway has to know of a tenant while it handles a request. Immutable; replaced as a whole.
struct TenantProfile: Sendable {
    let scope: TenantScope
    let status: TenantDescription.Status
    let limit: RateLimit
    let models: ModelDirectory
    let settings: TenantConfiguration

    init(tenant: TenantDescription, scope: TenantScope, models: ModelDirectory, settings: TenantConfiguration) {
        self.scope = scope
        status = tenant.status
        // A minute's worth in one go would let a client starve itself for the rest of it; ten seconds' worth absorbs
        // any burst of a person or a page.
        limit = RateLimit(
            rate: tenant.requestsPerMinute, per: .seconds(60), burst: max(tenant.requestsPerMinute / 6, 1))
        self.models = models
        self.settings = settings
    }
}
