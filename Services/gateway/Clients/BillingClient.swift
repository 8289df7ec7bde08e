import Contracts
import Foundation
import ServiceKit

/// usage-billing, as far as the gateway needs it.
struct BillingClient: Sendable {
    let services: ServiceClient
    /// This gateway's name in its leases; it survives a restart.
    let replica: String

    /// A call that waits for this is a request that waits; usage-billing answers in milliseconds or not at all.
    private static let deadline = Duration.seconds(3)

    /// Asking again with the same id gives the same lease, so a lost answer strands nothing.
    ///
    /// - Throws: 402 when the budget does not have `need`.
    func lease(_ lease: LeaseID, need: Int64, as caller: Caller) async throws -> LeaseGrant {
        let request = LeaseRequest(tenant: caller.tenant, replica: replica, needPicoUSD: need, lease: lease)
        return try await services.call(
            .usageBilling, "POST", "/internal/v1/leases", body: request, scope: caller.scope,
            requestID: caller.requestID, isIdempotent: true, deadline: Self.deadline)
    }

    /// Closing again replaces what was declared before.
    func close(_ closing: SpendingLedger.Closing, tenant: TenantID) async throws {
        let body = LeaseClosing(spentPicoUSD: closing.spent, tenant: tenant)
        try await services.send(
            .usageBilling, "POST", "/internal/v1/leases/\(closing.lease)/close",
            json: Array(try WireFormat.encoder().encode(body)), as: .service(requestID: "lease-\(closing.lease)"),
            isIdempotent: true, deadline: Self.deadline)
    }

    func reconcile(keeping leases: [LeaseID]) async throws {
        let body = LeaseReconciliation(replica: replica, keep: leases)
        try await services.send(
            .usageBilling, "POST", "/internal/v1/leases/reconcile",
            json: Array(try WireFormat.encoder().encode(body)), as: .service(requestID: "reconcile-\(replica)"),
            isIdempotent: true, deadline: .seconds(10))
    }

    func prices() async throws -> PriceBook {
        try await services.callAsService(
            .usageBilling, "GET", "/internal/v1/prices", isIdempotent: true, deadline: Self.deadline)
    }
}
