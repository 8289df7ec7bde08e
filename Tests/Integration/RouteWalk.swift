import Contracts
import Foundation

/// Every route of every service and who may use it. A route that is missing here fails the walk.
enum RouteWalk {
    /// What a tenant owns that a stranger may try to reach.
    struct Belongings: Sendable {
        var tenant: String
        var key: String
        var document: String
        var ticket: String
        var run: String
        var auditEvent: String
        var file = ""
        var batch = ""
    }

    enum Access: Sendable {
        /// Health, metrics and descriptions: nothing of any tenant.
        case open
        /// A tenant's own routes. A path that names something answers a stranger 404; others answer with the stranger's.
        case tenant(body: String? = nil)
        /// Between services: a signed service token.
        case service
        /// For operators.
        case operators
        /// The gateway's passage to another service, whose own routes are walked through it.
        case passage
    }

    static let health: [String: Access] = [
        "GET /healthz": .open, "GET /readyz": .open, "GET /metrics": .open,
    ]

    static let rag: [String: Access] = [
        "GET /v1/documents": .tenant(),
        "POST /v1/documents": .tenant(body: #"{"title":"T","content":"Text of a stranger"}"#),
        "GET /v1/documents/{id}": .tenant(), "GET /v1/documents/{id}/text": .tenant(),
        "PUT /v1/documents/{id}": .tenant(body: #"{"content":"overwritten"}"#), "DELETE /v1/documents/{id}": .tenant(),
        "GET /v1/knowledge-bases": .tenant(), "POST /v1/search": .tenant(body: #"{"query":"vpn error 809"}"#),
        "POST /v1/answers": .tenant(body: #"{"question":"How is VPN error 809 fixed?"}"#),
        "GET /v1/knowledge-settings": .tenant(),
        "PUT /v1/knowledge-settings": .tenant(body: #"{"embedding_model":null}"#),
    ]

    static let agents: [String: Access] = [
        "GET /v1/tickets": .tenant(), "POST /v1/tickets": .tenant(body: #"{"title":"T","description":"D"}"#),
        "POST /v1/tickets/import": .tenant(body: #"{"title":"T","description":"D"}"#),
        "POST /v1/tickets/triage": .tenant(body: #"{"title":"VPN error 809","description":"from home"}"#),
        "GET /v1/tickets/{id}": .tenant(), "DELETE /v1/tickets/{id}": .tenant(), "GET /v1/runs": .tenant(),
        "GET /v1/runs/{id}": .tenant(), "GET /v1/runs/{id}/output": .tenant(), "POST /v1/runs/{id}/cancel": .tenant(),
    ]

    static let prompts: [String: Access] = [
        "GET /v1/prompts": .tenant(),
        "POST /v1/prompts": .tenant(body: #"{"name":"stranger.own","messages":[{"role":"user","content":"x"}]}"#),
        "GET /v1/prompts/{name}": .tenant(), "DELETE /v1/prompts/{name}": .tenant(),
        "POST /v1/prompts/{name}/render": .tenant(body: #"{"variables":{}}"#),
        "GET /v1/prompts/{name}/versions": .tenant(),
        "POST /v1/prompts/{name}/versions": .tenant(body: #"{"messages":[{"role":"user","content":"x"}]}"#),
        "GET /v1/prompts/{name}/versions/{version}": .tenant(),
        "PUT /v1/prompts/{name}/active": .tenant(body: #"{"version":1}"#),
    ]

    static let billing: [String: Access] = [
        "GET /v1/usage/costs": .tenant(), "GET /v1/usage/events": .tenant(), "GET /v1/budgets": .tenant(),
        "POST /internal/v1/usage/events": .service, "GET /internal/v1/prices": .service,
        "POST /internal/v1/leases": .service, "POST /internal/v1/leases/reconcile": .service,
        "POST /internal/v1/leases/{id}/close": .service, "GET /admin/v1/prices": .operators,
        "PUT /admin/v1/prices": .operators, "GET /admin/v1/tenants/{id}/budget": .operators,
        "PUT /admin/v1/tenants/{id}/budget": .operators,
    ]

    static let audit: [String: Access] = [
        "GET /v1/audit/events": .tenant(), "GET /v1/audit/events/{id}": .tenant(),
        "GET /v1/audit/events/{id}/proof": .tenant(), "GET /v1/audit/checkpoint": .tenant(),
        "GET /v1/audit/consistency": .tenant(), "GET /v1/audit/key": .tenant(),
        "POST /internal/v1/audit/records": .service,
    ]

    static let gateway: [String: Access] = [
        "GET /openapi.yaml": .open, "GET /docs": .open,
        "POST /v1/chat/completions": .tenant(
            body: #"{"model":"secret-model","messages":[{"role":"user","content":"x"}]}"#),
        "POST /v1/responses": .tenant(body: #"{"model":"secret-model","input":"x"}"#),
        "POST /v1/messages": .tenant(
            body: #"{"model":"secret-model","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#),
        "POST /v1/embeddings": .tenant(body: #"{"model":"secret-model","input":"x"}"#), "GET /v1/models": .tenant(),
        "GET /v1/models/**": .tenant(), "POST /v1/files": .tenant(body: "{}"), "GET /v1/files": .tenant(),
        "GET /v1/files/{id}": .tenant(), "GET /v1/files/{id}/content": .tenant(), "DELETE /v1/files/{id}": .tenant(),
        "POST /v1/batches": .tenant(
            body: #"{"input_file_id":"file-0","endpoint":"/v1/embeddings","completion_window":"24h"}"#),
        "GET /v1/batches": .tenant(), "GET /v1/batches/{id}": .tenant(), "POST /v1/batches/{id}/cancel": .tenant(),
        "POST /admin/v1/tenants": .operators, "GET /admin/v1/tenants": .operators,
        "GET /admin/v1/tenants/{id}": .operators, "POST /admin/v1/tenants/{id}/suspend": .operators,
        "POST /admin/v1/tenants/{id}/resume": .operators, "POST /admin/v1/tenants/{id}/api-keys": .operators,
        "GET /admin/v1/tenants/{id}/api-keys": .operators, "DELETE /admin/v1/tenants/{id}/api-keys/{key}": .operators,
        "POST /admin/v1/tenants/{id}/providers": .operators, "GET /admin/v1/tenants/{id}/providers": .operators,
        "PATCH /admin/v1/tenants/{id}/providers/{provider}": .operators,
        "DELETE /admin/v1/tenants/{id}/providers/{provider}": .operators,
        "GET /admin/v1/tenants/{id}/health": .operators, "GET /admin/v1/models": .operators,
        "GET /admin/v1/models/**": .operators, "PUT /admin/v1/models/**": .operators,
        "DELETE /admin/v1/models/**": .operators, "GET /admin/v1/tenants/{id}/config": .operators,
        "PUT /admin/v1/tenants/{id}/config": .operators,
        "GET /admin/v1/tenants/{id}/config/versions": .operators,
        "GET /admin/v1/tenants/{id}/config/versions/{version}": .operators, "GET /admin/v1/prices": .operators,
        "PUT /admin/v1/prices": .operators, "GET /admin/v1/tenants/{id}/budget": .operators,
        "PUT /admin/v1/tenants/{id}/budget": .operators,
    ]

    static func table(_ service: ServiceName) -> [String: Access] {
        let own: [String: Access] =
            switch service {
            case .gateway: gateway
            case .ragService: rag
            case .agentRunner: agents
            case .promptService: prompts
            case .usageBilling: billing
            case .auditService: audit
            }
        return own.merging(health) { own, _ in own }
    }

    /// The path with the victim's things in place of its parameters. Nil when it names nothing.
    static func path(_ route: String, naming victim: Belongings) -> (path: String, namesSomething: Bool) {
        var path = String(route.drop { $0 != "/" })
        let original = path
        path = path.replacingOccurrences(of: "/models/**", with: "/models/secret-model")
        let belongings = [
            ("/v1/documents/", victim.document), ("/v1/tickets/", victim.ticket), ("/v1/runs/", victim.run),
            ("/v1/audit/", victim.auditEvent), ("/v1/files/", victim.file), ("/v1/batches/", victim.batch),
        ]
        let id = belongings.first { path.hasPrefix($0.0) }?.1 ?? victim.tenant
        for (parameter, value) in [
            ("{id}", id), ("{name}", "secret.prompt"), ("{version}", "1"), ("{key}", victim.tenant),
            ("{provider}", victim.tenant),
        ] {
            path = path.replacingOccurrences(of: parameter, with: value)
        }
        return (path, path != original)
    }
}
