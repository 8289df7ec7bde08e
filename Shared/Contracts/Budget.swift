package import Foundation

/// What one token of a model costs, in pico-dollars: 1 USD for a million tokens is 1,000,000.
package struct ModelPrice: Codable, Sendable, Equatable {
    package var model: String
    package var promptPicoUSD: Int64
    package var completionPicoUSD: Int64
    package var cachedPicoUSD: Int64

    package init(model: String, promptPicoUSD: Int64, completionPicoUSD: Int64, cachedPicoUSD: Int64) {
        self.model = model
        self.promptPicoUSD = promptPicoUSD
        self.completionPicoUSD = completionPicoUSD
        self.cachedPicoUSD = cachedPicoUSD
    }

    /// What these tokens cost; `cachedTokens` are part of `promptTokens`. Nil when it does not fit 64 bits.
    package func cost(promptTokens: Int64, completionTokens: Int64, cachedTokens: Int64 = 0) -> Int64? {
        let cached = min(max(cachedTokens, 0), promptTokens)
        let parts = [
            (promptTokens - cached).multipliedReportingOverflow(by: promptPicoUSD),
            cached.multipliedReportingOverflow(by: cachedPicoUSD),
            completionTokens.multipliedReportingOverflow(by: completionPicoUSD),
        ]
        var total: Int64 = 0
        for part in parts {
            let sum = total.addingReportingOverflow(part.partialValue)
            guard !part.overflow, !sum.overflow else { return nil }
            total = sum.partialValue
        }
        return total
    }

    enum CodingKeys: String, CodingKey {
        case model
        case promptPicoUSD = "promptPicoUsd"
        case completionPicoUSD = "completionPicoUsd"
        case cachedPicoUSD = "cachedPicoUsd"
    }
}

/// The price book in force, `GET /internal/v1/prices`.
package struct PriceBook: Codable, Sendable, Equatable {
    package var version: Int64
    package var prices: [ModelPrice]
    /// What a model without a price of its own is charged: never nothing, so that no model is free by oversight.
    package var fallback: ModelPrice

    package init(version: Int64, prices: [ModelPrice], fallback: ModelPrice) {
        self.version = version
        self.prices = prices
        self.fallback = fallback
    }
}

/// `POST /internal/v1/leases`: a gateway asks for a slice of a tenant's budget.
package struct LeaseRequest: Codable, Sendable, Equatable {
    package var tenant: TenantID
    /// Which gateway asks: a name that survives its restart, kept beside its journal.
    package var replica: String
    /// What the call at hand needs at least, in pico-dollars.
    package var needPicoUSD: Int64

    package init(tenant: TenantID, replica: String, needPicoUSD: Int64) {
        self.tenant = tenant
        self.replica = replica
        self.needPicoUSD = needPicoUSD
    }

    enum CodingKeys: String, CodingKey {
        case tenant, replica
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

    package init(lease: LeaseID?, grantedPicoUSD: Int64?, expiresAt: Date) {
        self.lease = lease
        self.grantedPicoUSD = grantedPicoUSD
        self.expiresAt = expiresAt
    }

    enum CodingKeys: String, CodingKey {
        case lease, expiresAt
        case grantedPicoUSD = "grantedPicoUsd"
    }
}

/// `POST /internal/v1/leases/{id}/close`: no further hold will be taken on the lease.
///
/// The lease keeps what it spent reserved until the events that spent it have been posted.
package struct LeaseClosing: Codable, Sendable, Equatable {
    package var spentPicoUSD: Int64

    package init(spentPicoUSD: Int64) {
        self.spentPicoUSD = spentPicoUSD
    }

    enum CodingKeys: String, CodingKey {
        case spentPicoUSD = "spentPicoUsd"
    }
}
