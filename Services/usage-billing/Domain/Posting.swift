package import Contracts

/// An event with its cost, ready for the ledger.
package struct PricedEvent: Sendable, Equatable {
    package var event: UsageEvent
    /// In pico-dollars.
    package var cost: Int64
    package var priceVersion: Int64
    /// The month whose budget pays: that of the lease on which the call was admitted, else that in which it happened.
    package var period: BudgetPeriod

    package init(event: UsageEvent, cost: Int64, priceVersion: Int64, period: BudgetPeriod) {
        self.event = event
        self.cost = cost
        self.priceVersion = priceVersion
        self.period = period
    }
}

/// What a set of new events of one tenant changes in the sums kept beside them.
package struct Posting: Sendable, Equatable {
    package struct RollupKey: Hashable, Comparable, Sendable {
        package var day: UTCDay
        package var kind: UsageEvent.Kind
        /// Empty where no model took part.
        package var model: String

        package static func < (left: Self, right: Self) -> Bool {
            (left.day, left.kind.rawValue, left.model) < (right.day, right.kind.rawValue, right.model)
        }
    }

    package private(set) var rollups: [RollupKey: UsageSum] = [:]
    package private(set) var periods: [BudgetPeriod: Int128] = [:]
    package private(set) var leases: [LeaseID: Int128] = [:]

    package init(of events: [PricedEvent]) {
        for priced in events { add(priced) }
    }

    private mutating func add(_ priced: PricedEvent) {
        let event = priced.event
        let key = RollupKey(day: UTCDay(event.occurredAt), kind: event.kind, model: event.model ?? "")
        rollups[key, default: .zero] += UsageSum(
            requests: 1, promptTokens: event.promptTokens, completionTokens: event.completionTokens,
            cachedTokens: event.cachedTokens, cacheWriteTokens: event.cacheWriteTokens,
            reasoningTokens: event.reasoningTokens, cost: Money(picoUSD: Int128(priced.cost)),
            saved: Money(picoUSD: Int128(event.savedPicoUSD)))
        periods[priced.period, default: 0] += Int128(priced.cost)
        if let lease = event.lease { leases[lease, default: 0] += Int128(priced.cost) }
    }
}
