import Contracts
import Foundation
import ServiceKit

/// What a run leaves behind for the bill and for the auditor.
///
/// Both ids are the run's own, so a run that is carried to its end twice is counted and proven once.
struct RunEvidence: Sendable {
    let journal: Journal

    func record(_ run: ClaimedRun, result: TriageResult) async throws {
        var record = base(run, outcome: .success)
        record.model = result.reply.model
        record.sources = Array(Set(result.reply.citations.map { "document:\($0.documentID)" })).sorted()
        record.details["similar_tickets"] = "\(result.similar.count)"
        record.details["group"] = result.group?.value
        record.details["category"] = result.category?.value
        record.details["priority"] = result.priority?.value
        try await journal.append(usage: [usage(run)], audit: [record])
    }

    func record(_ run: ClaimedRun, failure reason: String) async throws {
        var record = base(run, outcome: .failure)
        record.details["reason"] = reason
        try await journal.append(usage: [], audit: [record])
    }

    private func base(_ run: ClaimedRun, outcome: AuditRecord.Outcome) -> AuditRecord {
        AuditRecord(
            id: AuditEventID(run.id.uuid), tenant: run.scope.tenant, occurredAt: Date(), service: .agentRunner,
            action: "ticket.triage", outcome: outcome, actor: run.actor, requestID: run.requestID,
            target: "run:\(run.id)", details: ["attempt": "\(run.attempt)"])
    }

    private func usage(_ run: ClaimedRun) -> UsageEvent {
        UsageEvent(
            id: UsageRecordID(run.id.uuid), tenant: run.scope.tenant, kind: .triage, occurredAt: Date(),
            requestID: run.requestID)
    }
}
