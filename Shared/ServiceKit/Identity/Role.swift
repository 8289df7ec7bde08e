/// What a caller is, and so what it may do: deny by default, each role a fixed set of permissions.
package enum Role: String, Codable, Sendable, CaseIterable, Hashable {
    /// A tenant's administrator: everything within the tenant.
    case tenantAdmin = "tenant-admin"
    /// A product's back end or a person at work: uses every feature, changes no settings.
    case member
    /// An AI agent in a run: what members may use, without what spends or exposes more than the run needs.
    case agent
    /// Reads, changes nothing, spends nothing.
    case viewer
    /// Costs, budgets and invoices.
    case billing
    /// The audit log and its proofs.
    case auditor
    /// One of our own services acting for itself.
    case service

    package var permissions: Set<Permission> {
        switch self {
        case .tenantAdmin: Set(Permission.allCases).subtracting([.platformManage])
        case .member: Self.use.union(Self.read).union([.documentsWrite, .ticketsWrite, .agentsRun])
        case .agent: Self.use.union([.documentsRead, .promptsRead, .ticketsRead, .agentsRead, .agentsRun])
        case .viewer: Self.read
        case .billing: [.usageRead, .budgetsWrite]
        case .auditor: [.auditRead, .usageRead]
        case .service: Self.use.union(Self.read).union([.agentsRun])
        }
    }

    private static let use: Set<Permission> = [.modelsUse, .searchUse, .answersUse, .promptsRender, .ticketsTriage]
    private static let read: Set<Permission> = [
        .documentsRead, .promptsRead, .agentsRead, .ticketsRead, .usageRead,
    ]
}

/// One verb on one resource. The raw value is how roles are shown and configured.
package enum Permission: String, Codable, Sendable, CaseIterable, Hashable {
    case modelsUse = "models:use"
    case documentsRead = "documents:read"
    case documentsWrite = "documents:write"
    case searchUse = "search:use"
    case answersUse = "answers:use"
    case promptsRead = "prompts:read"
    case promptsWrite = "prompts:write"
    case promptsRender = "prompts:render"
    case agentsRead = "agents:read"
    case agentsWrite = "agents:write"
    case agentsRun = "agents:run"
    case approvalsDecide = "approvals:decide"
    case ticketsRead = "tickets:read"
    case ticketsWrite = "tickets:write"
    case ticketsTriage = "tickets:triage"
    case connectorsWrite = "connectors:write"
    case usageRead = "usage:read"
    case budgetsWrite = "budgets:write"
    case auditRead = "audit:read"
    case settingsRead = "settings:read"
    case settingsWrite = "settings:write"
    case keysWrite = "keys:write"
    case platformManage = "platform:manage"
}
