import Contracts
import Foundation
import ServiceKit

/// Keeps the evidence of what a tenant's callers do with files and batches.
struct BatchLog: Sendable {
    let journal: Journal

    func record(_ action: String, _ target: String, by caller: Caller, details: [String: String] = [:]) async throws {
        let record = AuditRecord(
            id: AuditEventID(), tenant: caller.tenant, occurredAt: Date(), service: .gateway, action: action,
            outcome: .success, actor: caller.actor, requestID: caller.requestID, target: target, details: details)
        try await journal.append(audit: [record])
    }
}
