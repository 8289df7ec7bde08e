package import Foundation

/// `POST /internal/v1/leases`: a gateway asks for a slice of a tenant's budget.
package struct LeaseRequest: Codable, Sendable, Equatable {
    package var tenant: TenantID
    /// Which gateway asks: a name that survives its restart, kept beside its journal. No two processes share one.
    package var replica: String
    /// What the call at hand needs at least, in pico-dollars.
    package var needPicoUSD: Int64
    /// The id that the lease is to have. Asking again with the same id gives the same lease, so an answer that was
    /// lost on the way strands nothing. Without it every request makes a new lease.
    package var lease: LeaseID?

    package init(tenant: TenantID, replica: String, needPicoUSD: Int64, lease: LeaseID? = nil) {
        self.tenant = tenant
        self.replica = replica
        self.needPicoUSD = needPicoUSD
        self.lease = lease
    }

    enum CodingKeys: String, CodingKey {
        case tenant, replica, lease
        case needPicoUSD = "needPicoUsd"
    }
}

/// A slice of a tenant's budget that one gateway may spend without asking again. A refusal is 402.
package struct LeaseGrant: Codable, Sendable, Equatable {
    /// Nil when the tenant has no budget; then nothing limits the spending until `expiresAt`.
    package var lease: LeaseID?
    package var grantedPicoUSD: Int64?
    /// New holds may be taken until then; holds that were taken settle later without harm.
    package var expiresAt: Date
    /// Where the budget stands; nil without one.
    package var budget: Budget?

    /// The budget of the month, in pico-dollars; what does not fit is the largest number.
    package struct Budget: Codable, Sendable, Equatable {
        package var limitPicoUSD: Int64
        /// The cost of the month's events that were posted before the grant.
        package var spentPicoUSD: Int64

        package init(limitPicoUSD: Int64, spentPicoUSD: Int64) {
            self.limitPicoUSD = limitPicoUSD
            self.spentPicoUSD = spentPicoUSD
        }

        enum CodingKeys: String, CodingKey {
            case limitPicoUSD = "limitPicoUsd"
            case spentPicoUSD = "spentPicoUsd"
        }
    }

    package init(lease: LeaseID?, grantedPicoUSD: Int64?, expiresAt: Date, budget: Budget? = nil) {
        self.lease = lease
        self.grantedPicoUSD = grantedPicoUSD
        self.expiresAt = expiresAt
        self.budget = budget
    }

    enum CodingKeys: String, CodingKey {
        case lease, expiresAt, budget
        case grantedPicoUSD = "grantedPicoUsd"
    }
}

/// `POST /internal/v1/leases/{id}/close`: no further hold will be taken on the lease.
///
/// The lease keeps what it spent reserved until the events that spent it have been posted. A lease may be closed
/// while calls are still under way by declaring their holds as spent; closing it again with the exact sum, when they
/// have settled, corrects the declaration.
package struct LeaseClosing: Codable, Sendable, Equatable {
    package var spentPicoUSD: Int64
    /// Whose lease it is, when the token of the call names no tenant.
    package var tenant: TenantID?

    package init(spentPicoUSD: Int64, tenant: TenantID? = nil) {
        self.spentPicoUSD = spentPicoUSD
        self.tenant = tenant
    }

    enum CodingKeys: String, CodingKey {
        case tenant
        case spentPicoUSD = "spentPicoUsd"
    }
}

/// `POST /internal/v1/leases/reconcile`: a gateway states that every event it ever journaled has been accepted by
/// usage-billing, and that of all its leases it still uses only `keep`.
///
/// What its other leases reserved is free again. A gateway says so after a restart, when its journal has been
/// drained, before it asks for leases. Until it does, a lease that was never closed stays reserved, even expired:
/// what is unknown counts as spent.
package struct LeaseReconciliation: Codable, Sendable, Equatable {
    package var replica: String
    /// One lease for each tenant at work at the gateway: more tenants than one gateway serves in ten seconds.
    package static let maximumKept = 10_000

    /// Leases of this replica that stay as they are, at most ``maximumKept``.
    package var keep: [LeaseID]?

    package init(replica: String, keep: [LeaseID] = []) {
        self.replica = replica
        self.keep = keep
    }
}

/// The answer to a ``LeaseReconciliation``.
package struct LeaseReconciliationReceipt: Codable, Sendable, Equatable {
    /// How many leases were let go.
    package var released: Int

    package init(released: Int) {
        self.released = released
    }
}
