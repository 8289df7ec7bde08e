import Contracts
import Foundation
import Postgres
import ServiceKit

extension ConfigurationStorage {
    /// The versions that were put, the newest first.
    ///
    /// - Parameter before: The last one of the page before; nil for the newest.
    func versions(
        before: Int64?, limit: Int, in scope: TenantScope
    ) async throws -> [TenantConfigurationChange] {
        let rows = try await pool.query(
            """
            SELECT version, changed_at FROM gateway.configurations
            WHERE tenant_id = \(scope.tenant.uuid) AND (\(before)::bigint IS NULL OR version < \(before)::bigint)
            ORDER BY version DESC LIMIT \(Int32(limit))
            """, in: scope)
        return try rows.map {
            TenantConfigurationChange(version: try $0.decode("version"), changedAt: try $0.decode("changed_at"))
        }
    }

    /// One version as it was put: what the operator left out is left out here too, and what this gateway does not know
    /// any more is still there. Nil when there is none of this number.
    func document(of version: Int64, in scope: TenantScope) async throws -> (text: String, changedAt: Date)? {
        let rows = try await pool.query(
            """
            SELECT document::text AS document, changed_at FROM gateway.configurations
            WHERE tenant_id = \(scope.tenant.uuid) AND version = \(version)
            """, in: scope)
        return try rows.first.map { (try $0.decode("document"), try $0.decode("changed_at")) }
    }
}
