import Contracts
import Foundation
import ServiceKit

/// Puts what a call used and how it ended into the journal, before its answer is complete.
struct CallRecorder: Sendable {
    let journal: Journal

    /// The usage event and the audit record of one attempt at a provider, durable together.
    ///
    /// - Throws: When the journal takes nothing more; the call must then not be answered as done.
    func record(_ call: ModelCall, _ outcome: CallOutcome, lease: LeaseID?, attempt: Int = 1) async throws {
        let finishedAt = Date()
        let event = UsageEvent(
            id: call.identity.usage(attempt: attempt), tenant: call.caller.tenant, kind: call.kind.usage,
            occurredAt: finishedAt, requestID: call.caller.requestID, attempt: attempt, model: call.request.model,
            provider: call.provider.name, promptTokens: outcome.usage.prompt,
            completionTokens: outcome.usage.completion, cachedTokens: outcome.usage.cached,
            cacheWriteTokens: outcome.usage.cacheWrite, reasoningTokens: outcome.usage.reasoning,
            isBatch: call.identity.isBatch, isExact: outcome.isExact, lease: lease, apiKey: call.caller.apiKey,
            user: call.request.user ?? call.caller.user)
        var details = ["provider": call.provider.name, "stream": call.streams ? "true" : "false"]
        if !outcome.isExact { details["usage"] = "estimated" }
        if let reason = outcome.reason { details["reason"] = reason }
        let record = AuditRecord(
            id: call.identity.audit(attempt: attempt), tenant: call.caller.tenant, occurredAt: finishedAt,
            service: .gateway, action: call.kind.action, outcome: outcome.result, actor: call.caller.actor,
            requestID: call.caller.requestID, model: call.request.model, promptTokens: outcome.usage.prompt,
            completionTokens: outcome.usage.completion, details: details)
        do {
            try await journal.append([CallEntry.usage(event), CallEntry.audit(record)])
        } catch {
            throw APIError.unavailable("the record of this call could not be kept", underlying: error)
        }
    }

    /// The audit record of a call that was refused before it reached a provider.
    func recordRefusal(
        _ kind: ModelCall.Kind, by caller: Caller, identity: CallIdentity, model: String?, reason: String
    ) async {
        let record = AuditRecord(
            id: identity.audit(attempt: 0), tenant: caller.tenant, occurredAt: Date(), service: .gateway,
            action: kind.action, outcome: .denied, actor: caller.actor, requestID: caller.requestID, model: model,
            details: ["reason": reason])
        // A refusal does nothing that needs evidence; the journal counts and logs what it could not write.
        try? await journal.append([CallEntry.audit(record)])
    }
}
