import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// The routes of the other services. The gateway decides who may; the service decides what.
struct ServiceRoutes: Sendable {
    /// A path with everything under it, its owner, and what a caller needs to read and to change.
    struct Group: Sendable {
        let path: String
        let service: ServiceName
        let read: Permission
        let write: Permission
        /// Exceptions by what follows the path, such as `/triage`, where one verb is a right of its own.
        var actions: [String: Permission] = [:]

        func permission(_ method: HTTPRequest.Method, _ requestPath: String) -> Permission {
            if method == .get || method == .head { return read }
            return actions.first { requestPath.hasSuffix($0.key) }?.value ?? write
        }
    }

    static let groups: [Group] = [
        Group(path: "documents", service: .ragService, read: .documentsRead, write: .documentsWrite),
        Group(path: "knowledge-bases", service: .ragService, read: .documentsRead, write: .documentsWrite),
        Group(path: "knowledge-settings", service: .ragService, read: .settingsRead, write: .settingsWrite),
        Group(path: "search", service: .ragService, read: .searchUse, write: .searchUse),
        Group(path: "answers", service: .ragService, read: .answersUse, write: .answersUse),
        Group(
            path: "prompts", service: .promptService, read: .promptsRead, write: .promptsWrite,
            actions: ["/render": .promptsRender]),
        Group(path: "experiments", service: .promptService, read: .promptsRead, write: .promptsWrite),
        Group(
            path: "tickets", service: .agentRunner, read: .ticketsRead, write: .ticketsWrite,
            actions: ["/triage": .ticketsTriage]),
        Group(path: "runs", service: .agentRunner, read: .agentsRead, write: .agentsRun),
        Group(
            path: "agents", service: .agentRunner, read: .agentsRead, write: .agentsWrite,
            actions: ["/runs": .agentsRun]),
        Group(
            path: "workflows", service: .agentRunner, read: .agentsRead, write: .agentsWrite,
            actions: ["/runs": .agentsRun]),
        Group(path: "approvals", service: .agentRunner, read: .agentsRead, write: .approvalsDecide),
        Group(path: "connectors", service: .agentRunner, read: .agentsRead, write: .connectorsWrite),
        Group(path: "usage", service: .usageBilling, read: .usageRead, write: .budgetsWrite),
        Group(path: "budgets", service: .usageBilling, read: .usageRead, write: .budgetsWrite),
        Group(path: "invoices", service: .usageBilling, read: .usageRead, write: .budgetsWrite),
        Group(path: "audit", service: .auditService, read: .auditRead, write: .auditRead),
    ]

    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]

    let proxy: ServiceProxy

    func add(to router: RouterGroup<CallerContext>) {
        for group in Self.groups {
            for method in Self.methods {
                router.on("\(group.path)", method: method) { request, context in
                    try await forward(request, context, group)
                }
                router.on("\(group.path)/**", method: method) { request, context in
                    try await forward(request, context, group)
                }
            }
        }
    }

    private func forward(_ request: Request, _ context: CallerContext, _ group: Group) async throws -> Response {
        try PermissionTable.require(group.permission(request.method, request.uri.path), of: context.caller)
        return try await proxy.forward(
            request, to: group.service, as: .caller(context.caller), requestID: context.requestID,
            trace: context.trace)
    }
}
