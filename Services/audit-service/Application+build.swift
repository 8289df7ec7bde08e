import Foundation
import Hummingbird
import ServiceKit

extension App {
    /// Wires the service: the logs, their routes and the worker that empties the waiting room.
    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let signer = try Configuration(parts.config).signer
        let log = AuditLog(pool: parts.pool, signer: signer)
        let metrics = LogMetrics()
        let router = parts.makeRouter()
        AuditRoutes(reader: AuditReader(pool: parts.pool, signer: signer), signer: signer)
            .add(to: router.group("v1", context: CallerContext.self))
        IngestRoutes(log: log, metrics: metrics, now: { Date() })
            .add(to: router.group("internal/v1", context: ServiceContext.self))

        let pool = parts.pool
        parts.addBackground("audit-integration") {
            while true {
                for job in try await log.tenantsWaiting(limit: Configuration.integrationBatch) {
                    try await log.integrateWaiting(in: job.scope)
                }
                metrics.record(try await WaitingState.measure(in: pool))
                try await Task.sleep(for: Configuration.integrationInterval)
            }
        }
        return router
    }
}
