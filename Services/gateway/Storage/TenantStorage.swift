import Contracts
import Foundation
import Postgres
import ServiceKit

/// Tenants in `gateway.tenants`.
struct TenantStorage: Sendable {
    let pool: PostgresPool

    func create(_ tenant: TenantDescription, in scope: TenantScope) async throws -> TenantDescription {
        let rows = try await pool.query(
            """
            INSERT INTO gateway.tenants (tenant_id, name, plan, requests_per_minute)
            VALUES (\(scope.tenant.uuid), \(tenant.name), \(tenant.plan), \(Int32(tenant.requestsPerMinute)))
            RETURNING tenant_id, name, plan, status, requests_per_minute, created_at
            """, in: scope)
        guard let row = rows.first else { throw APIError(.internalError, internalReason: "insert returned no tenant") }
        return try TenantDescription(row)
    }

    /// Nil when there is no such tenant.
    func find(in scope: TenantScope) async throws -> TenantDescription? {
        let rows = try await pool.query(
            """
            SELECT tenant_id, name, plan, status, requests_per_minute, created_at FROM gateway.tenants
            WHERE tenant_id = \(scope.tenant.uuid)
            """, in: scope)
        return try rows.first.map { try TenantDescription($0) }
    }

    /// For operators only: over all tenants, oldest first.
    func list(after: TenantID?, limit: Int) async throws -> [TenantDescription] {
        let rows = try await pool.query(
            """
            SELECT tenant_id, name, plan, status, requests_per_minute, created_at
            FROM gateway.list_tenants(\(after?.uuid), \(Int32(limit)))
            """)
        return try rows.map { try TenantDescription($0) }
    }

    /// Nil when there is no such tenant.
    func set(
        _ status: TenantDescription.Status, in scope: TenantScope
    ) async throws -> TenantDescription? {
        let rows = try await pool.query(
            """
            UPDATE gateway.tenants SET status = \(status.rawValue) WHERE tenant_id = \(scope.tenant.uuid)
            RETURNING tenant_id, name, plan, status, requests_per_minute, created_at
            """, in: scope)
        return try rows.first.map { try TenantDescription($0) }
    }
}

extension TenantDescription {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: TenantID(try row.decode("tenant_id", as: UUID.self)), name: try row.decode("name"),
            plan: try row.decode("plan"), status: Status(rawValue: try row.decode("status")) ?? .suspended,
            requestsPerMinute: Int(try row.decode("requests_per_minute", as: Int32.self)),
            createdAt: try row.decode("created_at"))
    }
}
