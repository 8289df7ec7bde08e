import Contracts
import Foundation
import ServiceKit

/// What an operator does to one tenant, in the request at hand.
struct OperatorAct: Sendable {
    let tenant: TenantID
    let action: String
    let requestID: String
    let scope: TenantScope
    let caller: Caller

    /// Only behind `AdminMiddleware`, which has checked the operator's key.
    init(tenant: TenantID, action: String, context: ServiceRequestContext) {
        let proof = OperatorProof(adminKeyWasCheckedFor: tenant, action: action)
        self.tenant = tenant
        self.action = action
        requestID = context.requestID
        scope = .operated(by: proof)
        caller = Caller(operatedBy: proof, at: .gateway, requestID: context.requestID)
    }
}

/// Keeps the evidence of what operators changed: visible to the tenant in its audit log.
struct OperatorLog: Sendable {
    let journal: Journal

    func record(_ act: OperatorAct, target: String, details: [String: String] = [:]) async throws {
        let record = AuditRecord(
            id: AuditEventID(), tenant: act.tenant, occurredAt: Date(), service: .gateway, action: act.action,
            outcome: .success, actor: "operator", requestID: act.requestID, target: target, details: details)
        try await journal.append(audit: [record])
    }
}
