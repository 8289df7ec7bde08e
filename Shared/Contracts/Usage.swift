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
    /// Part of the prompt tokens: read from the provider's prompt cache.
    package var cachedTokens: Int64
    /// Part of the prompt tokens, none of the cached ones: written into the provider's prompt cache.
    package var cacheWriteTokens: Int64
    /// Part of the completion tokens: thought, not shown.
    package var reasoningTokens: Int64
    /// The call was a line of a batch, which many models price lower.
    package var isBatch: Bool
    /// What a call that our own cache answered would have cost, in pico-dollars. Such an event has no tokens and costs
    /// nothing.
    package var savedPicoUSD: Int64
    /// False when the provider did not say how many tokens it used and the counts are our estimate.
    package var isExact: Bool
    /// The lease on which the call's hold was taken, if the tenant has a budget.
    package var lease: LeaseID?
    package var apiKey: APIKeyID?
    /// Who the call was for, as the caller labelled it.
    package var user: String?
    /// What the call was made by and for, as the caller labelled it: for attribution, never for access.
    package var agent: String?
    package var ticket: String?
    package var workflow: String?

    package init(
        id: UsageRecordID, tenant: TenantID, kind: Kind, occurredAt: Date, requestID: String, attempt: Int = 1,
        model: String? = nil, provider: String? = nil, promptTokens: Int64 = 0, completionTokens: Int64 = 0,
        cachedTokens: Int64 = 0, cacheWriteTokens: Int64 = 0, reasoningTokens: Int64 = 0, isBatch: Bool = false,
        savedPicoUSD: Int64 = 0, isExact: Bool = true, lease: LeaseID? = nil, apiKey: APIKeyID? = nil,
        user: String? = nil, agent: String? = nil, ticket: String? = nil, workflow: String? = nil
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
        self.cacheWriteTokens = cacheWriteTokens
        self.reasoningTokens = reasoningTokens
        self.isBatch = isBatch
        self.savedPicoUSD = savedPicoUSD
        self.isExact = isExact
        self.lease = lease
        self.apiKey = apiKey
        self.user = user
        self.agent = agent
        self.ticket = ticket
        self.workflow = workflow
    }

    /// Reads what a journal kept before there were kinds of tokens, too: what is not said is none.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(UsageRecordID.self, forKey: .id)
        tenant = try values.decode(TenantID.self, forKey: .tenant)
        kind = try values.decode(Kind.self, forKey: .kind)
        occurredAt = try values.decode(Date.self, forKey: .occurredAt)
        requestID = try values.decode(String.self, forKey: .requestID)
        attempt = try values.decode(Int.self, forKey: .attempt)
        model = try values.decodeIfPresent(String.self, forKey: .model)
        provider = try values.decodeIfPresent(String.self, forKey: .provider)
        promptTokens = try values.decode(Int64.self, forKey: .promptTokens)
        completionTokens = try values.decode(Int64.self, forKey: .completionTokens)
        cachedTokens = try values.decode(Int64.self, forKey: .cachedTokens)
        cacheWriteTokens = try values.decodeIfPresent(Int64.self, forKey: .cacheWriteTokens) ?? 0
        reasoningTokens = try values.decodeIfPresent(Int64.self, forKey: .reasoningTokens) ?? 0
        isBatch = try values.decodeIfPresent(Bool.self, forKey: .isBatch) ?? false
        savedPicoUSD = try values.decodeIfPresent(Int64.self, forKey: .savedPicoUSD) ?? 0
        isExact = try values.decode(Bool.self, forKey: .isExact)
        lease = try values.decodeIfPresent(LeaseID.self, forKey: .lease)
        apiKey = try values.decodeIfPresent(APIKeyID.self, forKey: .apiKey)
        user = try values.decodeIfPresent(String.self, forKey: .user)
        agent = try values.decodeIfPresent(String.self, forKey: .agent)
        ticket = try values.decodeIfPresent(String.self, forKey: .ticket)
        workflow = try values.decodeIfPresent(String.self, forKey: .workflow)
    }

    enum CodingKeys: String, CodingKey {
        case id, tenant, kind, occurredAt, attempt, model, provider, promptTokens, completionTokens, cachedTokens
        case cacheWriteTokens, reasoningTokens, isBatch, isExact, lease, apiKey, user, agent, ticket, workflow
        case requestID = "requestId"
        case savedPicoUSD = "savedPicoUsd"
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
