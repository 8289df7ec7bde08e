import Contracts
package import Foundation
package import Hummingbird
import Logging
package import ServiceKit

/// `POST /internal/v1/audit/records`: our services report what was done, in batches from their journals.
package struct IngestRoutes: Sendable {
    let log: AuditLog
    let metrics: LogMetrics
    let now: @Sendable () -> Date

    package init(log: AuditLog, metrics: LogMetrics, now: @escaping @Sendable () -> Date) {
        self.log = log
        self.metrics = metrics
        self.now = now
    }

    package func add(to group: RouterGroup<ServiceContext>) {
        group.post("audit/records", use: appendRecords)
    }

    /// Adds each tenant's records in a transaction of that tenant. When one fails, the sender sends the batch again,
    /// and what was added counts as known.
    @Sendable
    func appendRecords(_ request: Request, context: ServiceContext) async throws -> Response {
        let batch = try await request.decodeBatch(of: AuditRecord.self)
        let admission = BatchAdmission(batch, by: RecordAdmission(now: now(), issuer: context.issuer))
        var receipt = BatchReceipt(
            accepted: 0, duplicates: admission.repetitions, rejected: admission.rejections)
        for (tenant, entries) in admission.byTenant {
            let scope = context.scope(ofReported: tenant)
            let accepted = try await log.append(entries, from: context.issuer, in: scope)
            receipt.accepted += accepted
            receipt.duplicates += entries.count - accepted
        }
        metrics.count(receipt)
        for rejection in receipt.rejected {
            context.logger.error(
                "an audit record was refused",
                metadata: ["index": "\(rejection.index)", "reason": "\(rejection.reason)"])
        }
        return try .json(receipt)
    }
}
