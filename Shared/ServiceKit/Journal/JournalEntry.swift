package import Contracts
import Foundation

/// One record on its way to its owner, already in the JSON that its owner reads.
package struct JournalEntry: Sendable {
    /// Whose record it is. The raw value is stored.
    package enum Kind: Int, Sendable, CaseIterable {
        /// A `UsageEvent` for usage-billing.
        case usage = 1
        /// An `AuditRecord` for audit-service.
        case audit = 2

        var owner: ServiceName { self == .usage ? .usageBilling : .auditService }
        var path: String { self == .usage ? "/internal/v1/usage/events" : "/internal/v1/audit/records" }
        var label: String { self == .usage ? "usage" : "audit" }
    }

    package let kind: Kind
    /// One JSON object in our wire format. It goes into the batch as it is.
    package let payload: [UInt8]

    /// For hot paths that write the JSON themselves.
    package init(kind: Kind, payload: [UInt8]) {
        self.kind = kind
        self.payload = payload
    }

    package init(_ event: UsageEvent) throws {
        self.init(kind: .usage, payload: Array(try SharedCoders.encoder.encode(event)))
    }

    package init(_ record: AuditRecord) throws {
        self.init(kind: .audit, payload: Array(try SharedCoders.encoder.encode(record)))
    }
}
