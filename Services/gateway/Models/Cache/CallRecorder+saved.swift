import Contracts
import Foundation
import ServiceKit

extension CallRecorder {
    /// By what a call was answered instead of by a provider.
    enum Saving: Sendable, Equatable {
        case cache
        /// With the similarity of the questions.
        case likeness(Double)
        /// An identical call under way.
        case coalescing

        fileprivate var word: String {
            switch self {
            case .cache: "hit"
            case .likeness: "semantic"
            case .coalescing: "coalesced"
            }
        }
    }

    /// The usage event and the audit record of a call that needed no provider: no tokens, and what that saved.
    ///
    /// - Throws: When the journal takes nothing more; the call must then not be answered as done.
    func recordSaved(_ call: ModelCall, by saving: Saving, answer: CachedAnswer, labels: CallLabels) async throws {
        let now = Date()
        let event = UsageEvent(
            id: call.identity.usage(attempt: 1), tenant: call.caller.tenant, kind: call.kind.usage, occurredAt: now,
            requestID: call.caller.requestID, model: answer.model, provider: answer.provider,
            savedPicoUSD: max(0, answer.costPicoUSD), apiKey: call.caller.apiKey,
            user: labels.user ?? call.request.user ?? call.caller.user, agent: labels.agent, ticket: labels.ticket,
            workflow: labels.workflow)
        var details = [
            "provider": answer.provider, "stream": call.streams ? "true" : "false", "cache": saving.word,
            "saved_pico_usd": String(max(0, answer.costPicoUSD)),
        ]
        if case .likeness(let similarity) = saving { details["similarity"] = String(similarity) }
        let record = AuditRecord(
            id: call.identity.audit(attempt: 1), tenant: call.caller.tenant, occurredAt: now, service: .gateway,
            action: call.kind.action, outcome: .success, actor: call.caller.actor, requestID: call.caller.requestID,
            model: answer.model, promptTokens: 0, completionTokens: 0, details: details)
        do {
            try await journal.append([CallEntry.usage(event), CallEntry.audit(record)])
        } catch {
            throw APIError.unavailable("the record of this call could not be kept", underlying: error)
        }
    }
}
