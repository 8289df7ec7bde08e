package import Foundation

/// What a service reports to audit-service, through its journal, about one action of an AI or of a person over one.
///
/// It holds no text of prompts, answers or documents: those are named by id and by keyed digest.
package struct AuditRecord: Codable, Sendable, Equatable {
    package enum Outcome: String, Codable, Sendable {
        case success, failure, denied
    }

    package var id: AuditEventID
    package var tenant: TenantID
    package var occurredAt: Date
    package var service: ServiceName
    /// A verb on a noun: `chat.completion`, `document.create`, `answer.create`, `ticket.triage`, `api_key.create`.
    package var action: String
    package var outcome: Outcome
    /// Who did it: `api_key:<id>`, `service:<name>` or `operator`.
    package var actor: String
    package var requestID: String
    /// What it was done to: `document:<id>`, `run:<id>`.
    package var target: String?
    package var model: String?
    package var promptVersion: String?
    /// What the answer was drawn from, as `document:<id>` or `chunk:<id>`.
    package var sources: [String]
    package var tools: [String]
    package var promptTokens: Int64?
    package var completionTokens: Int64?
    /// Further facts that are not personal data.
    package var details: [String: String]

    package init(
        id: AuditEventID, tenant: TenantID, occurredAt: Date, service: ServiceName, action: String,
        outcome: Outcome, actor: String, requestID: String, target: String? = nil, model: String? = nil,
        promptVersion: String? = nil, sources: [String] = [], tools: [String] = [], promptTokens: Int64? = nil,
        completionTokens: Int64? = nil, details: [String: String] = [:]
    ) {
        self.id = id
        self.tenant = tenant
        self.occurredAt = occurredAt
        self.service = service
        self.action = action
        self.outcome = outcome
        self.actor = actor
        self.requestID = requestID
        self.target = target
        self.model = model
        self.promptVersion = promptVersion
        self.sources = sources
        self.tools = tools
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.details = details
    }

    enum CodingKeys: String, CodingKey {
        case id, tenant, occurredAt, service, action, outcome, actor, target, model, promptVersion, sources, tools
        case promptTokens, completionTokens, details
        case requestID = "requestId"
    }
}
