import Contracts
import Cryptography
import Foundation
import Logging
import Postgres
import ServiceKit

/// Providers in `gateway.providers`. Their keys are sealed before they are stored and opened only for use.
struct ProviderStorage: Sendable {
    let pool: PostgresPool
    let keyring: EnvelopeKeyring
    let logger: Logger

    func create(
        _ creation: ProviderCreation, id: ProviderID, priority: Int, in scope: TenantScope
    ) async throws -> ProviderDescription {
        let sealed = try creation.apiKey.map { key in
            try keyring.seal(Array(key.utf8), context: Self.context(scope.tenant, id))
        }
        let rows: PostgresResult
        do {
            rows = try await pool.query(
                """
                INSERT INTO gateway.providers
                    (tenant_id, id, name, kind, base_url, sealed_key, models, priority, region, weight, options)
                VALUES (\(scope.tenant.uuid), \(id.uuid), \(creation.name), \(creation.kind), \(creation.baseURL),
                    \(sealed), \(creation.models), \(Int32(priority)), \(creation.region),
                    \(Int32(creation.weight ?? 1)), \(try Self.text(creation.options ?? [:]))::jsonb)
                RETURNING id, name, kind, base_url, sealed_key IS NOT NULL AS has_key, models, priority, region, weight,
                    options::text AS options, created_at
                """, in: scope)
        } catch let error as PostgresError where error.isUniqueViolation {
            throw APIError(.conflict, "the tenant has a provider of this name")
        }
        guard let row = rows.first else { throw APIError(.internalError, internalReason: "insert returned no row") }
        return try ProviderDescription(row)
    }

    /// By priority, then by name. A tenant has at most `maximumPerTenant`.
    func list(in scope: TenantScope) async throws -> [ProviderDescription] {
        let rows = try await pool.query(
            """
            SELECT id, name, kind, base_url, sealed_key IS NOT NULL AS has_key, models, priority, region, weight,
                options::text AS options, created_at
            FROM gateway.providers WHERE tenant_id = \(scope.tenant.uuid) ORDER BY priority, name LIMIT 200
            """, in: scope)
        return try rows.map { try ProviderDescription($0) }
    }

    /// What a provider's adapter is made from, the key open; nil when the tenant has no such provider.
    func settings(
        of id: ProviderID, in scope: TenantScope
    ) async throws -> (kind: String, settings: ProviderSettings)? {
        let rows = try await pool.query(
            """
            SELECT kind, base_url, sealed_key, options::text AS options FROM gateway.providers
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            """, in: scope)
        guard let row = rows.first else { return nil }
        let settings = ProviderSettings(
            baseURL: try row.decode("base_url"), apiKey: try key(row, of: scope.tenant, id),
            options: try Self.options(row))
        return (try row.decode("kind"), settings)
    }

    /// Changes what is there in the update; nil when the tenant has no such provider. A new key takes the place of the
    /// old one in this one statement, so there is no moment without either.
    func update(
        _ id: ProviderID, _ update: ProviderUpdate, in scope: TenantScope
    ) async throws -> ProviderDescription? {
        let sealed = try update.apiKey.map { key in
            try keyring.seal(Array(key.utf8), context: Self.context(scope.tenant, id))
        }
        let rows = try await pool.query(
            """
            UPDATE gateway.providers SET sealed_key = coalesce(\(sealed), sealed_key),
                models = coalesce(\(update.models), models),
                priority = coalesce(\(update.priority.map(Int32.init)), priority),
                region = CASE WHEN \(update.region)::text IS NULL THEN region ELSE NULLIF(\(update.region), '') END,
                weight = coalesce(\(update.weight.map(Int32.init)), weight),
                options = coalesce(\(try update.options.map(Self.text))::jsonb, options)
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            RETURNING id, name, kind, base_url, sealed_key IS NOT NULL AS has_key, models, priority, region, weight,
                options::text AS options, created_at
            """, in: scope)
        return try rows.first.map { try ProviderDescription($0) }
    }

    /// False when the tenant has no such provider.
    func delete(_ id: ProviderID, in scope: TenantScope) async throws -> Bool {
        let result = try await pool.query(
            "DELETE FROM gateway.providers WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)", in: scope)
        return result.affectedRows == 1
    }

    /// The tenant's providers, ready for calls.
    func directory(in scope: TenantScope) async throws -> ModelDirectory {
        let rows = try await pool.query(
            """
            SELECT id, name, kind, base_url, sealed_key, models, priority, region, weight, options::text AS options
            FROM gateway.providers WHERE tenant_id = \(scope.tenant.uuid) ORDER BY priority, name LIMIT 200
            """, in: scope)
        return ModelDirectory(try rows.compactMap { try provider($0, of: scope.tenant) })
    }

    /// Nil for a provider that this gateway cannot call.
    private func provider(_ row: PostgresRow, of tenant: TenantID) throws -> ModelProvider? {
        let id = ProviderID(try row.decode("id", as: UUID.self))
        let settings = ProviderSettings(
            baseURL: try row.decode("base_url"), apiKey: try key(row, of: tenant, id), options: try Self.options(row))
        let kind: String = try row.decode("kind")
        // What it needs was checked when it was written; a newer gateway may know more kinds than this one.
        guard let adapter = try? ProviderAdapters.make(kind, settings) else {
            logger.error(
                "provider left out: this gateway cannot call it",
                metadata: ["tenant": "\(tenant)", "provider": "\(id)", "kind": .string(kind)])
            return nil
        }
        return ModelProvider(
            id: id, name: try row.decode("name"), adapter: adapter,
            models: try row.decode("models", as: [String].self).map(ModelPattern.init),
            priority: Int(try row.decode("priority", as: Int32.self)),
            region: try row.decode("region", as: String?.self),
            weight: Int(try row.decode("weight", as: Int32.self)), secrets: ProviderSecrets(key: settings.apiKey))
    }

    private func key(_ row: PostgresRow, of tenant: TenantID, _ id: ProviderID) throws -> String? {
        try row.decode("sealed_key", as: [UInt8]?.self).map { envelope in
            String(decoding: try keyring.open(envelope, context: Self.context(tenant, id)), as: UTF8.self)
        }
    }

    private static func text(_ options: [String: String]) throws -> String {
        String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
    }

    fileprivate static func options(_ row: PostgresRow) throws -> [String: String] {
        let text = try row.decode("options", as: String.self)
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    /// An envelope copied to another row or tenant does not open there.
    private static func context(_ tenant: TenantID, _ id: ProviderID) -> [UInt8] {
        Array("gateway.providers/\(tenant)/\(id)".utf8)
    }
}

extension ProviderDescription {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: ProviderID(try row.decode("id", as: UUID.self)), name: try row.decode("name"),
            kind: try row.decode("kind"), baseURL: try row.decode("base_url"), hasAPIKey: try row.decode("has_key"),
            models: try row.decode("models"), priority: Int(try row.decode("priority", as: Int32.self)),
            region: try row.decode("region", as: String?.self),
            weight: Int(try row.decode("weight", as: Int32.self)), options: try ProviderStorage.options(row),
            createdAt: try row.decode("created_at"))
    }
}
