package import Contracts

/// Proof that code may act for one tenant. Every storage call takes one, and PostgreSQL enforces it again.
///
/// There is no initialiser outside ServiceKit: a scope comes from
/// - `Caller.scope`, after a signed context token was verified (`CallerContext`),
/// - `StoredJob.scope`, for work that was stored by a verified caller and is picked up later,
/// - `ServiceContext.scope(ofReported:)`, for an item that a trusted service reports about a tenant,
/// - `TenantScope.verified(by:)`, in the gateway only, after it checked a credential itself,
/// - `TenantScope.operated(by:)`, for operators, after the admin key was checked.
///
/// A tenant id read from a body, a query or a tool argument is never a reason to make one.
package struct TenantScope: Sendable, Hashable {
    package let tenant: TenantID

    init(proven tenant: TenantID) {
        self.tenant = tenant
    }

    /// The scope of a credential that the gateway has just checked.
    package static func verified(by proof: CredentialProof) -> TenantScope {
        TenantScope(proven: proof.tenant)
    }

    /// The scope in which an operator acts on a tenant.
    package static func operated(by proof: OperatorProof) -> TenantScope {
        TenantScope(proven: proof.tenant)
    }
}

/// The gateway's statement that a credential was checked and belongs to a tenant.
///
/// Make one only where the secret or signature has just been compared: the name of the initialiser is a sentence
/// that a reviewer can hold against the lines above it. A script allows it in `Services/gateway` and in tests alone.
package struct CredentialProof: Sendable {
    package let tenant: TenantID
    /// `api_key:<id>` or `jwt:<subject>`: becomes `Caller.actor`.
    package let actor: String

    /// - Parameters:
    ///   - tenant: The tenant that the key's stored row or the issuer's stored mapping names, never the request.
    ///   - actor: Whose credential it was.
    package init(credentialWasCheckedAndBelongsTo tenant: TenantID, actor: String) {
        self.tenant = tenant
        self.actor = actor
    }
}

/// The statement that the operator's key was checked, and which tenant the operator named in the path.
package struct OperatorProof: Sendable {
    package let tenant: TenantID
    /// Why, for the audit record: `tenant.suspend`, `api_key.create`.
    package let action: String

    package init(adminKeyWasCheckedFor tenant: TenantID, action: String) {
        self.tenant = tenant
        self.action = action
    }
}

/// Work that was stored for a tenant by a verified caller, and is now claimed by a worker.
///
/// The tenant must come from the stored row that was claimed, whose `tenant_id` row-level security checked when it
/// was written.
package struct StoredJob: Sendable {
    package let scope: TenantScope
    /// What is worked on, for logs and as the actor of what it does: `document:<id>`, `run:<id>`.
    package let reference: String

    package init(claimedRowOf tenant: TenantID, reference: String) {
        scope = TenantScope(proven: tenant)
        self.reference = reference
    }
}
