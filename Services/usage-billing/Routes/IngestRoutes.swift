import Contracts
package import Foundation
package import Hummingbird
import Logging
package import ServiceKit

/// `POST /internal/v1/usage/events`: our services report what was used, in batches from their journals.
package struct IngestRoutes: Sendable {
    let ledger: UsageLedger
    let metrics: LedgerMetrics
    let now: @Sendable () -> Date

    package init(ledger: UsageLedger, metrics: LedgerMetrics, now: @escaping @Sendable () -> Date) {
        self.ledger = ledger
        self.metrics = metrics
        self.now = now
    }

    package func add(to group: RouterGroup<ServiceContext>) {
        group.post("usage/events", use: postEvents)
    }

    /// Posts each tenant's events in a transaction of that tenant. When one fails, the sender sends the batch again,
    /// and what was posted counts as known.
    @Sendable
    func postEvents(_ request: Request, context: ServiceContext) async throws -> Response {
        let batch = try await request.decodeBatch(of: UsageEvent.self)
        let admission = BatchAdmission(batch, by: EventAdmission(now: now()))
        var receipt = BatchReceipt(
            accepted: 0, duplicates: admission.repetitions, rejected: admission.rejections)
        for (tenant, events) in admission.byTenant {
            let scope = context.scope(ofReported: tenant)
            let accepted = try await ledger.post(events, from: context.issuer, in: scope)
            receipt.accepted += accepted
            receipt.duplicates += events.count - accepted
        }
        metrics.count(receipt)
        for rejection in receipt.rejected {
            context.logger.error(
                "a usage event was refused",
                metadata: ["index": "\(rejection.index)", "reason": "\(rejection.reason)"])
        }
        return try .json(receipt)
    }
}
