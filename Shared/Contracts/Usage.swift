package import Foundation

/// What a service reports to usage-billing, through its journal, about one thing that may cost money.
///
/// `id` is derived from the request and the attempt, so sending an event again changes nothing.
package struct UsageEvent: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case chat, embedding, search, answer, ingestion, triage
    }

    package var id: UsageRecordID
    package var tenant: TenantID
    package var kind: Kind
    package var occurredAt: Date
    package var requestID: String
    /// Counts from 1 within a request: each call to a provider is an attempt of its own.
    package var attempt: Int
    /// The model as the provider's price list knows it; nil where no model took part.
    package var model: String?
    package var provider: String?
    package var promptTokens: Int64
    package var completionTokens: Int64
    package var cachedTokens: Int64
    /// False when the provider did not say how many tokens it used and the counts are our estimate.
    package var isExact: Bool
    /// The lease on which the call's hold was taken, if the tenant has a budget.
    package var lease: LeaseID?
    package var apiKey: APIKeyID?
    /// Who the call was for, as the caller labelled it.
    package var user: String?

    package init(
        id: UsageRecordID, tenant: TenantID, kind: Kind, occurredAt: Date, requestID: String, attempt: Int = 1,
        model: String? = nil, provider: String? = nil, promptTokens: Int64 = 0, completionTokens: Int64 = 0,
        cachedTokens: Int64 = 0, isExact: Bool = true, lease: LeaseID? = nil, apiKey: APIKeyID? = nil,
        user: String? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.kind = kind
        self.occurredAt = occurredAt
        self.requestID = requestID
        self.attempt = attempt
        self.model = model
        self.provider = provider
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
        self.isExact = isExact
        self.lease = lease
        self.apiKey = apiKey
        self.user = user
    }

    enum CodingKeys: String, CodingKey {
        case id, tenant, kind, occurredAt, attempt, model, provider, promptTokens, completionTokens, cachedTokens
        case isExact, lease, apiKey, user
        case requestID = "requestId"
    }
}

/// A batch for `POST /internal/v1/usage/events` or `POST /internal/v1/audit/records`, at most 1,000 items.
package struct Batch<Item: Codable & Sendable>: Codable, Sendable {
    package var items: [Item]

    package init(items: [Item]) {
        self.items = items
    }
}

/// The answer to a batch. Everything in it is durable now, whether it was new or known.
package struct BatchReceipt: Codable, Sendable, Equatable {
    package var accepted: Int
    package var duplicates: Int
    /// Items that can never be accepted, by their position, with the reason; the sender must not send them again.
    package var rejected: [Rejection]

    package struct Rejection: Codable, Sendable, Equatable {
        package var index: Int
        package var reason: String

        package init(index: Int, reason: String) {
            self.index = index
            self.reason = reason
        }
    }

    package init(accepted: Int, duplicates: Int, rejected: [Rejection] = []) {
        self.accepted = accepted
        self.duplicates = duplicates
        self.rejected = rejected
    }
}
