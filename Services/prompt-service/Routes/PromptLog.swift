import Contracts
import Foundation
import ServiceKit

/// The audit record of a change to what the tenant's AI is told.
struct PromptLog: Sendable {
    let journal: Journal

    /// Returns when the record is durable.
    func record(_ action: String, _ name: String, version: Int?, by context: CallerContext) async throws {
        let record = AuditRecord(
            id: AuditEventID(), tenant: context.scope.tenant, occurredAt: Date(), service: .promptService,
            action: action, outcome: .success, actor: context.caller.actor, requestID: context.requestID,
            target: "prompt:\(name)", promptVersion: version.map { "\(name):\($0)" })
        try await journal.append(audit: [record])
    }
}
