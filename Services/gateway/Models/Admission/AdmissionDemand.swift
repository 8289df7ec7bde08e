import Contracts

/// What one call to a model asks of its tenant's limits.
struct AdmissionDemand: Sendable {
    let tenant: TenantID
    /// Nil for a call of one of our own services, which is part of a request that was let in with a key.
    let key: APIKeyID?
    /// The end user as the caller labelled it; nil where it named none.
    let user: String?
    /// The most that the call can use: its input as estimated, and the limit on its output.
    let tokens: Int64
    /// Whether it is about a ticket of priority 1.
    let isPriority: Bool

    init(tenant: TenantID, key: APIKeyID?, user: String?, tokens: Int64, isPriority: Bool = false) {
        self.tenant = tenant
        self.key = key
        self.user = user
        self.tokens = max(tokens, 0)
        self.isPriority = isPriority
    }
}
