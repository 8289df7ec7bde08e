package import Foundation

/// Everything that a tenant's operator may set about its use of models, `PUT /admin/v1/tenants/{id}/config`: one
/// document, replaced as a whole. Every member may be left out and has its default then; one that is not known is
/// refused, since it would be ignored in silence.
package struct TenantConfiguration: Codable, Sendable, Equatable {
    package var models: Models
    package var limits: Limits
    package var cache: Cache
    package var clientGone: ClientGone
    /// Whether a stream whose hold grows (`limits.streamHoldTokens`) is cut off when the budget ends; otherwise it goes
    /// on to its limit, past the budget. Whatever is held as a whole is within the budget either way.
    package var strictBudget: Bool
    package var tier: Tier

    /// What becomes of an answer under way when its client has gone.
    package enum ClientGone: String, Sendable, WireWord {
        /// It is read to its end, within bounds, so that what it used is known exactly.
        case drain
        /// The provider's generation is cut off; what it used is estimated.
        case abort
    }

    /// The class of service that the tenant has bought.
    package enum Tier: String, Sendable, WireWord {
        case free, standard, premium
    }

    package init(
        models: Models = Models(), limits: Limits = Limits(), cache: Cache = Cache(), clientGone: ClientGone = .drain,
        strictBudget: Bool = true, tier: Tier = .standard
    ) {
        self.models = models
        self.limits = limits
        self.cache = cache
        self.clientGone = clientGone
        self.strictBudget = strictBudget
        self.tier = tier
    }

    enum CodingKeys: String, MemberKey, CaseIterable {
        case models, limits, cache, clientGone, strictBudget, tier
    }

    package init(from decoder: any Decoder) throws {
        let members = try MemberReader<CodingKeys>(decoder)
        self.init(
            models: try members.value(.models, Models()), limits: try members.value(.limits, Limits()),
            cache: try members.value(.cache, Cache()), clientGone: try members.value(.clientGone, .drain),
            strictBudget: try members.value(.strictBudget, true), tier: try members.value(.tier, .standard))
    }
}

/// `GET` and `PUT /admin/v1/tenants/{id}/config`: the document in force, with its defaults filled in.
package struct TenantConfigurationVersion: Codable, Sendable, Equatable {
    /// Counts the documents that were put, from 1; 0 while there was none. The `ETag` is the same number in quotes.
    package var version: Int64
    /// Absent while the tenant has the defaults.
    package var changedAt: Date?
    package var config: TenantConfiguration

    package init(version: Int64, changedAt: Date?, config: TenantConfiguration) {
        self.version = version
        self.changedAt = changedAt
        self.config = config
    }
}

/// `GET /admin/v1/tenants/{id}/config/versions`: that a document was put, and when.
package struct TenantConfigurationChange: Codable, Sendable, Equatable {
    package var version: Int64
    package var changedAt: Date

    package init(version: Int64, changedAt: Date) {
        self.version = version
        self.changedAt = changedAt
    }
}
