package import Contracts

/// A batch of audit records sorted out: what goes into which log, and what is refused.
package struct BatchAdmission: Sendable {
    /// The admitted records of each tenant in the order of the batch, each id once.
    package private(set) var byTenant: [(tenant: TenantID, entries: [LogEntry])] = []
    /// Records whose id stands in the batch before.
    package private(set) var repetitions = 0
    package private(set) var rejections: [BatchReceipt.Rejection] = []

    package init(_ batch: IncomingBatch<AuditRecord>, by admission: RecordAdmission) {
        var seen: Set<AuditEventID> = []
        var entries: [TenantID: [LogEntry]] = [:]
        for (index, item) in batch.items.enumerated() {
            switch item {
            case .unreadable(let reason):
                rejections.append(.init(index: index, reason: reason))
            case .readable(let record):
                guard let entry = try? LogEntry(record) else {
                    rejections.append(.init(index: index, reason: "cannot be written as JSON"))
                    continue
                }
                if let refusal = admission.refusal(of: record) {
                    rejections.append(.init(index: index, reason: refusal))
                } else if !seen.insert(record.id).inserted {
                    repetitions += 1
                } else {
                    entries[record.tenant, default: []].append(entry)
                }
            }
        }
        byTenant = entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
