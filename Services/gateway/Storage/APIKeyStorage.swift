import Contracts
import Foundation
import Postgres
import ServiceKit

/// API keys in `gateway.api_keys`: digests only, a key itself is never stored.
struct APIKeyStorage: Sendable {
    let pool: PostgresPool

    /// The live keys of this name, whoever they belong to: the one lookup that comes before a tenant is known. What
    /// it returns proves nothing until the digest has been compared.
    func candidates(named identifier: String) async throws -> [StoredAPIKey] {
        let rows = try await pool.query(
            "SELECT tenant_id, id, digest, roles, expires_at FROM gateway.find_api_key(\(identifier))")
        return try rows.map { row in
            StoredAPIKey(
                id: APIKeyID(try row.decode("id", as: UUID.self)),
                tenant: TenantID(try row.decode("tenant_id", as: UUID.self)), digest: try row.decode("digest"),
                roles: Set(try row.decode("roles", as: [String].self).compactMap(Role.init)),
                expiresAt: try row.decode("expires_at", as: Date?.self))
        }
    }

    func create(
        _ description: APIKeyDescription, identifier: String, digest: [UInt8], in scope: TenantScope
    ) async throws -> APIKeyDescription {
        let rows = try await pool.query(
            """
            INSERT INTO gateway.api_keys (tenant_id, id, kid, digest, name, roles, expires_at)
            VALUES (\(scope.tenant.uuid), \(description.id.uuid), \(identifier), \(digest), \(description.name),
                \(description.roles), \(description.expiresAt))
            RETURNING id, kid, name, roles, created_at, expires_at
            """, in: scope)
        guard let row = rows.first else { throw APIError(.internalError, internalReason: "insert returned no key") }
        return try APIKeyDescription(row)
    }

    /// The keys that are not revoked, oldest first.
    func list(after: APIKeyID?, limit: Int, in scope: TenantScope) async throws -> [APIKeyDescription] {
        let rows = try await pool.query(
            """
            SELECT id, kid, name, roles, created_at, expires_at FROM gateway.api_keys
            WHERE tenant_id = \(scope.tenant.uuid) AND revoked_at IS NULL
                AND (\(after?.uuid)::uuid IS NULL OR id > \(after?.uuid)::uuid)
            ORDER BY id LIMIT \(Int32(limit))
            """, in: scope)
        return try rows.map { try APIKeyDescription($0) }
    }

    /// False when the tenant has no such live key.
    func revoke(_ id: APIKeyID, in scope: TenantScope) async throws -> Bool {
        let result = try await pool.query(
            """
            UPDATE gateway.api_keys SET revoked_at = now()
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) AND revoked_at IS NULL
            """, in: scope)
        return result.affectedRows == 1
    }
}

extension APIKeyDescription {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: APIKeyID(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
            roles: try row.decode("roles"), prefix: "ast_live_\(try row.decode("kid", as: String.self))",
            createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at", as: Date?.self))
    }
}
