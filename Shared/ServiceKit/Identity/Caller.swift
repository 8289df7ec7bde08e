package import Contracts

/// Who asks, for which tenant, with which rights. Made only where that has been verified.
package struct Caller: Sendable, Equatable {
    package let scope: TenantScope
    /// `api_key:<id>`, `jwt:<subject>`, `run:<id>` or `service:<name>`.
    package let actor: String
    package let roles: Set<Role>
    package let requestID: String
    package let apiKey: APIKeyID?
    /// The service that vouches for the rest: the signer of the token, or the gateway itself.
    package let issuer: ServiceName
    /// The end user, as the caller labelled it. Not verified by us: for attribution, never for access.
    package let user: String?

    init(
        scope: TenantScope, actor: String, roles: Set<Role>, requestID: String, apiKey: APIKeyID?,
        issuer: ServiceName, user: String?
    ) {
        self.scope = scope
        self.actor = actor
        self.roles = roles
        self.requestID = requestID
        self.apiKey = apiKey
        self.issuer = issuer
        self.user = user
    }

    /// The gateway's caller, from a credential it has just checked.
    package init(
        provenBy proof: CredentialProof, roles: Set<Role>, requestID: String, apiKey: APIKeyID? = nil,
        user: String? = nil
    ) {
        self.init(
            scope: .verified(by: proof), actor: proof.actor, roles: roles, requestID: requestID, apiKey: apiKey,
            issuer: .gateway, user: user)
    }

    /// A worker that acts for a stored job: its calls to other services carry the job's tenant.
    package init(
        workingOn job: StoredJob, at service: ServiceName, requestID: String, roles: Set<Role> = [.service],
        apiKey: APIKeyID? = nil, user: String? = nil
    ) {
        self.init(
            scope: job.scope, actor: job.reference, roles: roles, requestID: requestID, apiKey: apiKey,
            issuer: service, user: user)
    }

    /// The operator acting on a tenant, at `service`.
    package init(
        operatedBy proof: OperatorProof, at service: ServiceName, requestID: String,
        roles: Set<Role> = [.tenantAdmin]
    ) {
        self.init(
            scope: .operated(by: proof), actor: "operator", roles: roles, requestID: requestID, apiKey: nil,
            issuer: service, user: nil)
    }

    package var tenant: TenantID { scope.tenant }

    /// Whether one of our own services, or an operator, acts here, and not somebody who belongs to the tenant.
    var isServiceOrOperator: Bool { actor == "operator" || actor.hasPrefix("service:") }

    package func may(_ permission: Permission) -> Bool {
        roles.contains { $0.permissions.contains(permission) }
    }

    /// - Throws: 403 when no role of the caller grants `permission`.
    package func require(_ permission: Permission) throws(APIError) {
        guard may(permission) else {
            throw APIError(.forbidden, "this needs the permission \(permission.rawValue)")
        }
    }
}
