import Contracts
import Foundation
import ServiceKit

/// Puts what a call used and how it ended into the journal, before its answer is complete.
struct CallRecorder: Sendable {
    let journal: Journal

    /// The usage event and the audit record of one attempt at a provider, durable together.
    ///
    /// - Throws: When the journal takes nothing more; the call must then not be answered as done.
    nonisolated(nonsending) func record(
        _ attempt: CallAttempt, _ outcome: CallOutcome, lease: LeaseID?
    ) async throws {
        let finishedAt = Date()
        let call = attempt.call
        let provider = attempt.provider.name
        let event = UsageEvent(
            id: attempt.reference, tenant: call.caller.tenant, kind: call.kind.usage,
            occurredAt: finishedAt, requestID: call.caller.requestID, attempt: attempt.number,
            model: attempt.target.model, provider: provider, promptTokens: outcome.usage.prompt,
            completionTokens: outcome.usage.completion, cachedTokens: outcome.usage.cached,
            cacheWriteTokens: outcome.usage.cacheWrite, reasoningTokens: outcome.usage.reasoning,
            isBatch: call.caller.isBatch, savedPicoUSD: outcome.savings?.picoUSD ?? 0, isExact: outcome.isExact,
            lease: lease, apiKey: call.caller.apiKey, user: call.user, agent: call.labels.agent,
            ticket: call.labels.ticket, workflow: call.labels.workflow)
        // In the order of their names, as the owner writes them.
        var details = [("provider", provider)]
        if let reason = outcome.reason { details.append(("reason", reason)) }
        if attempt.target.model != call.request.model { details.append(("requested", call.request.model)) }
        if case .chosen = attempt.decision.content { details.append(("route", attempt.decision.text)) }
        details.append(("stream", call.streams ? "true" : "false"))
        if !outcome.isExact { details.append(("usage", "estimated")) }
        if let savings = outcome.savings {
            details = (details + savings.details.map { ($0.key, $0.value) }).sorted { $0.0 < $1.0 }
        }
        let record = AuditRecord(
            id: attempt.records.audit, tenant: call.caller.tenant, occurredAt: finishedAt,
            service: .gateway, action: call.kind.action, outcome: outcome.result, actor: call.caller.actor,
            requestID: call.caller.requestID, model: attempt.target.model, promptTokens: outcome.usage.prompt,
            completionTokens: outcome.usage.completion)
        try await append([CallEntry.usage(event), CallEntry.audit(record, details: details)])
    }

    /// A call that was answered without a provider, from what was kept or from another call's answer: nothing was used,
    /// and what the answer once cost was saved.
    func record(
        _ call: ModelCall, keptAnswer kept: CachedAnswer, source: String, similarity: Similarity? = nil
    ) async throws {
        var details = ["provider": kept.provider, "stream": call.streams ? "true" : "false", "cache": source]
        if let similarity { details["similarity"] = similarity.text }
        let finishedAt = Date()
        let event = UsageEvent(
            id: call.identity.usage(attempt: 1), tenant: call.caller.tenant, kind: call.kind.usage,
            occurredAt: finishedAt, requestID: call.caller.requestID, model: kept.model, provider: kept.provider,
            isBatch: call.caller.isBatch, savedPicoUSD: kept.costPicoUSD, apiKey: call.caller.apiKey,
            user: call.user, agent: call.labels.agent, ticket: call.labels.ticket, workflow: call.labels.workflow)
        let record = AuditRecord(
            id: call.identity.audit(attempt: 1), tenant: call.caller.tenant, occurredAt: finishedAt,
            service: .gateway, action: call.kind.action, outcome: .success, actor: call.caller.actor,
            requestID: call.caller.requestID, model: kept.model,
            details: details)
        try await append([CallEntry.usage(event), CallEntry.audit(record)])
    }

    private nonisolated(nonsending) func append(_ entries: [JournalEntry]) async throws {
        do {
            try await journal.append(entries)
        } catch {
            throw APIError.unavailable("the record of this call could not be kept", underlying: error)
        }
    }

    /// Accounts for what an earlier run of this gateway began and was stopped in.
    func recordUnfinished(_ register: CallRegister) async throws {
        let entries = try register.unfinished()
        try await journal.append(entries.flatMap { [CallEntry.usage($0.usage), CallEntry.audit($0.audit)] })
        // Leases of the earlier run must not be let go before these are on the ledger.
        journal.endEarlierRuns()
        try register.clear()
    }

    /// The audit record of a call that was refused before a provider was asked.
    func recordRefusal(of call: ModelCall, reason: String) async {
        let record = AuditRecord(
            id: call.identity.audit(attempt: 0), tenant: call.caller.tenant, occurredAt: Date(), service: .gateway,
            action: call.kind.action, outcome: .denied, actor: call.caller.actor, requestID: call.caller.requestID,
            model: call.request.model, details: ["reason": reason])
        // A refusal does nothing that needs evidence; the journal counts and logs what it could not write.
        try? await journal.append([CallEntry.audit(record)])
    }
}
