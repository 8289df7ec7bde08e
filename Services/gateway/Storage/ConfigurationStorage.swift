import Contracts
import Foundation
import Postgres
import ServiceKit

/// The configuration of tenants in `gateway.configurations`: every version is kept, the highest is in force.
struct ConfigurationStorage: Sendable {
    /// Two operators at once are rare, three a coincidence.
    private static let maximumTries = 3

    let pool: PostgresPool

    /// The version in force; number 0 with every default when none was ever put.
    func current(in scope: TenantScope) async throws -> TenantConfigurationVersion {
        let rows = try await pool.query(
            """
            SELECT version, document::text AS document, changed_at FROM gateway.configurations
            WHERE tenant_id = \(scope.tenant.uuid) ORDER BY version DESC LIMIT 1
            """, in: scope)
        guard let row = rows.first else {
            return TenantConfigurationVersion(version: 0, changedAt: nil, config: TenantConfiguration())
        }
        let document = Data(try row.decode("document", as: String.self).utf8)
        return TenantConfigurationVersion(
            version: try row.decode("version"), changedAt: try row.decode("changed_at", as: Date.self),
            config: try WireFormat.decoder().decode(TenantConfiguration.self, from: document))
    }

    /// Puts a document that has been checked. What the operator left out is left out here too, so that it follows the
    /// defaults.
    ///
    /// - Parameter expected: The versions of which one has to be in force; nil for any.
    /// - Throws: 412 when another version is.
    func put(
        _ document: String, expected: [Int64]?, in scope: TenantScope
    ) async throws -> (version: Int64, changedAt: Date) {
        for _ in 0..<Self.maximumTries {
            do {
                let rows = try await pool.query(
                    """
                    INSERT INTO gateway.configurations (tenant_id, version, document)
                    SELECT \(scope.tenant.uuid), coalesce(max(version), 0) + 1, \(document)::jsonb
                    FROM gateway.configurations WHERE tenant_id = \(scope.tenant.uuid)
                    HAVING \(expected)::bigint[] IS NULL OR coalesce(max(version), 0) = ANY(\(expected)::bigint[])
                    RETURNING version, changed_at
                    """, in: scope)
                guard let row = rows.first else { break }
                return (try row.decode("version"), try row.decode("changed_at"))
            } catch let error as PostgresError where error.isUniqueViolation {
                // Somebody else's came first; ours is to be put after it, unless it was not to be.
                continue
            }
        }
        throw APIError(.preconditionFailed, "the configuration was changed since it was read; read it again")
    }
}
