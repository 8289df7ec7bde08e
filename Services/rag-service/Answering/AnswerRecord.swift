import Contracts
import Foundation
import Logging
import ServiceKit

/// Leaves a usage event and an audit record of each answer. The tokens are in the gateway's event of the model call:
/// they are metered once.
struct AnswerRecord: Sendable {
    let journal: Journal

    func success(_ answer: AnswerResponse, prompt: String?, for caller: Caller) async throws {
        let usage = UsageEvent(
            id: UsageRecordID(), tenant: caller.tenant, kind: .answer, occurredAt: Date(),
            requestID: caller.requestID, apiKey: caller.apiKey, user: caller.user)
        var audit = record(for: caller, outcome: .success)
        audit.model = answer.model
        audit.promptVersion = prompt
        audit.sources = answer.citations.map { "chunk:\($0.chunkID)" }
        audit.promptTokens = answer.usage.promptTokens
        audit.completionTokens = answer.usage.completionTokens
        audit.details = ["mode": answer.mode.rawValue, "answered": "\(answer.answered)"]
        try await journal.append(usage: [usage], audit: [audit])
    }

    /// The error is on its way to the caller already, so a failure to record it is logged.
    func failure(_ prepared: Answerer.Prepared, for caller: Caller, _ logger: Logger) async {
        var audit = record(for: caller, outcome: .failure)
        audit.model = prepared.model
        audit.promptVersion = prepared.prompt?.version
        audit.sources = prepared.sources.map { "chunk:\($0.chunk)" }
        do {
            try await journal.append(audit: [audit])
        } catch {
            logger.error("a failed answer is not recorded", metadata: ["error": .string("\(error)")])
        }
    }

    private func record(for caller: Caller, outcome: AuditRecord.Outcome) -> AuditRecord {
        AuditRecord(
            id: AuditEventID(), tenant: caller.tenant, occurredAt: Date(), service: .ragService,
            action: "answer.create", outcome: outcome, actor: caller.actor, requestID: caller.requestID)
    }
}
