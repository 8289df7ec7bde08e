package import Foundation

/// What the lines of a cost report are grouped by, `GET /v1/usage/costs?group_by=`.
package enum UsageGrouping: String, Codable, Sendable, CaseIterable {
    case model, day, user, kind, agent, ticket, workflow
    case apiKey = "api_key"
}

/// How much was used, and what it cost.
package struct UsageSum: Codable, Sendable, Equatable {
    /// Metered events: a request that was tried twice counts twice.
    package var requests: Int64
    package var promptTokens: Int64
    package var completionTokens: Int64
    package var cachedTokens: Int64
    package var cacheWriteTokens: Int64
    package var reasoningTokens: Int64
    package var cost: Money
    /// What answers from our own cache would have cost.
    package var saved: Money

    package static let zero = UsageSum(
        requests: 0, promptTokens: 0, completionTokens: 0, cachedTokens: 0, cost: .zero)

    package init(
        requests: Int64, promptTokens: Int64, completionTokens: Int64, cachedTokens: Int64,
        cacheWriteTokens: Int64 = 0, reasoningTokens: Int64 = 0, cost: Money, saved: Money = .zero
    ) {
        self.requests = requests
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.reasoningTokens = reasoningTokens
        self.cost = cost
        self.saved = saved
    }

    package static func += (left: inout UsageSum, right: UsageSum) {
        left.requests += right.requests
        left.promptTokens += right.promptTokens
        left.completionTokens += right.completionTokens
        left.cachedTokens += right.cachedTokens
        left.cacheWriteTokens += right.cacheWriteTokens
        left.reasoningTokens += right.reasoningTokens
        left.cost += right.cost
        left.saved += right.saved
    }
}

/// One line of a cost report: on the wire the sum, with the group's value beside it under the grouping's name
/// (`{"model": "gpt-4o-mini", "requests": 3, …}`), null where the events have none.
package struct UsageCostLine: Codable, Sendable, Equatable {
    package var grouping: UsageGrouping
    package var group: String?
    package var sum: UsageSum

    package init(grouping: UsageGrouping, group: String?, sum: UsageSum) {
        self.grouping = grouping
        self.group = group
        self.sum = sum
    }

    private enum GroupKey: String, CodingKey, CaseIterable {
        case model, day, user, kind, agent, ticket, workflow, apiKey

        init(_ grouping: UsageGrouping) {
            switch grouping {
            case .model: self = .model
            case .day: self = .day
            case .user: self = .user
            case .kind: self = .kind
            case .agent: self = .agent
            case .ticket: self = .ticket
            case .workflow: self = .workflow
            case .apiKey: self = .apiKey
            }
        }

        var grouping: UsageGrouping { UsageGrouping.allCases.first { GroupKey($0) == self } ?? .model }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: GroupKey.self)
        guard let key = GroupKey.allCases.first(where: container.contains) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a line without its group"))
        }
        grouping = key.grouping
        group = try container.decodeIfPresent(String.self, forKey: key)
        sum = try UsageSum(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: GroupKey.self)
        try container.encode(group, forKey: GroupKey(grouping))
        try sum.encode(to: encoder)
    }
}

/// `GET /v1/usage/costs`
package struct UsageCostReport: Codable, Sendable, Equatable {
    package var data: [UsageCostLine]
    package var total: UsageSum

    package init(data: [UsageCostLine], total: UsageSum) {
        self.data = data
        self.total = total
    }
}

/// `GET /v1/usage/events`, newest first: an event as the ledger has it: what was reported, with its cost and the version of the price book that made it.
package struct PostedUsageEvent: Codable, Sendable, Equatable {
    package var event: UsageEvent
    package var cost: Money
    package var priceVersion: Int64
    /// First day of the month whose budget it was posted to.
    package var period: String

    package init(event: UsageEvent, cost: Money, priceVersion: Int64, period: String) {
        self.event = event
        self.cost = cost
        self.priceVersion = priceVersion
        self.period = period
    }

    private enum CodingKeys: String, CodingKey {
        case cost, priceVersion, period
    }

    package init(from decoder: any Decoder) throws {
        event = try UsageEvent(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cost = try container.decode(Money.self, forKey: .cost)
        priceVersion = try container.decode(Int64.self, forKey: .priceVersion)
        period = try container.decode(String.self, forKey: .period)
    }

    package func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cost, forKey: .cost)
        try container.encode(priceVersion, forKey: .priceVersion)
        try container.encode(period, forKey: .period)
    }
}

/// `PUT /admin/v1/tenants/{id}/budget`. Null takes the limit away.
package struct BudgetUpdate: Codable, Sendable, Equatable {
    package var monthly: Money?

    package init(monthly: Money?) {
        self.monthly = monthly
    }
}

/// One budget and where it stands. `limit = spent + reserved + available` unless the limit was lowered below the rest.
package struct BudgetStatus: Codable, Sendable, Equatable {
    /// `monthly`, the UTC calendar month.
    package var interval: String
    package var periodStart: Date
    package var periodEnd: Date
    package var limit: Money
    /// The events posted so far.
    package var spent: Money
    /// Held by gateways for calls under way or not yet posted.
    package var reserved: Money
    /// Never below zero.
    package var available: Money

    package init(
        interval: String, periodStart: Date, periodEnd: Date, limit: Money, spent: Money, reserved: Money,
        available: Money
    ) {
        self.interval = interval
        self.periodStart = periodStart
        self.periodEnd = periodEnd
        self.limit = limit
        self.spent = spent
        self.reserved = reserved
        self.available = available
    }
}

/// `GET /v1/budgets`
package struct BudgetList: Codable, Sendable, Equatable {
    package var data: [BudgetStatus]

    package init(data: [BudgetStatus]) {
        self.data = data
    }
}

/// `PUT /admin/v1/prices`: a new version of the whole price book.
package struct PriceUpdate: Codable, Sendable, Equatable {
    package var prices: [ModelPrice]
    /// The fallback of the present version stays when this is left out.
    package var fallback: ModelPrice?
    /// When the version comes into force; at once when left out. Never in the past: what was billed stays billed.
    package var effectiveFrom: Date?

    package init(prices: [ModelPrice], fallback: ModelPrice? = nil, effectiveFrom: Date? = nil) {
        self.prices = prices
        self.fallback = fallback
        self.effectiveFrom = effectiveFrom
    }
}
