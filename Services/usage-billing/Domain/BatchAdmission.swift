package import Contracts

/// A batch of usage events sorted out: what can be posted, by tenant, and what is refused.
package struct BatchAdmission: Sendable {
    /// The admitted events of each tenant, each id once, in the order of their ids. The common order keeps two batches
    /// that are posted at once from waiting for each other.
    package private(set) var byTenant: [(tenant: TenantID, events: [UsageEvent])] = []
    /// Events whose id stands in the batch before.
    package private(set) var repetitions = 0
    package private(set) var rejections: [BatchReceipt.Rejection] = []

    package init(_ batch: IncomingBatch<UsageEvent>, by admission: EventAdmission) {
        var admitted: [TenantID: [UsageRecordID: UsageEvent]] = [:]
        for (index, item) in batch.items.enumerated() {
            switch item {
            case .unreadable(let reason):
                rejections.append(.init(index: index, reason: reason))
            case .readable(let event):
                if let refusal = admission.refusal(of: event) {
                    rejections.append(.init(index: index, reason: refusal))
                } else if admitted[event.tenant]?[event.id] != nil {
                    repetitions += 1
                } else {
                    admitted[event.tenant, default: [:]][event.id] = event
                }
            }
        }
        byTenant = admitted.sorted { $0.key < $1.key }.map { tenant, events in
            (tenant, events.values.sorted { $0.id < $1.id })
        }
    }
}
