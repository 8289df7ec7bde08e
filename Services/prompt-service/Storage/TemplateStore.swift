import Contracts
import Foundation
import Postgres
import ServiceKit

/// A tenant's templates and their versions.
struct TemplateStore: Sendable {
    let pool: PostgresPool

    func find(_ name: String, in scope: TenantScope) async throws -> StoredTemplate? {
        let rows = try await pool.query(
            "\(fragment: Self.selection) WHERE t.tenant_id = \(scope.tenant.uuid) AND t.name = \(name) AND t.deleted_at IS NULL",
            in: scope)
        return try rows.first.map(Self.template)
    }

    /// By name, those after `name`.
    func list(limit: Int, after name: String?, in scope: TenantScope) async throws -> [StoredTemplate] {
        let rows = try await pool.query(
            """
            \(fragment: Self.selection) WHERE t.tenant_id = \(scope.tenant.uuid) AND t.deleted_at IS NULL
                AND (\(name)::text IS NULL OR t.name > \(name)) ORDER BY t.name LIMIT \(Int64(limit))
            """, in: scope)
        return try rows.map(Self.template)
    }

    /// Newest first, those older than `before`.
    func versions(of name: String, limit: Int, before: Int?, in scope: TenantScope) async throws -> [PromptVersion] {
        let bound = before.map(Int32.init(clamping:))
        let rows = try await pool.query(
            """
            \(fragment: Self.versionSelection) WHERE v.tenant_id = \(scope.tenant.uuid) AND v.name = \(name)
                AND (\(bound)::integer IS NULL OR v.version < \(bound)) ORDER BY v.version DESC LIMIT \(Int64(limit))
            """, in: scope)
        return try rows.map(Self.version)
    }

    func version(_ number: Int, of name: String, in scope: TenantScope) async throws -> PromptVersion? {
        guard let number = Int32(exactly: number) else { return nil }
        let rows = try await pool.query(
            """
            \(fragment: Self.versionSelection) WHERE v.tenant_id = \(scope.tenant.uuid) AND v.name = \(name)
                AND v.version = \(number)
            """, in: scope)
        return try rows.first.map(Self.version)
    }

    // MARK: Rows

    private static let selection: SQL = """
        SELECT t.name, t.active_version, t.latest_version, v.messages FROM prompts.templates AS t
        LEFT JOIN prompts.versions AS v
            ON v.tenant_id = t.tenant_id AND v.name = t.name AND v.version = t.active_version
        """

    private static let versionSelection: SQL = """
        SELECT v.name, v.version, v.messages, v.description, v.created_by, v.created_at,
            coalesce(t.active_version = v.version, false) AS is_active
        FROM prompts.versions AS v
        JOIN prompts.templates AS t ON t.tenant_id = v.tenant_id AND t.name = v.name AND t.deleted_at IS NULL
        """

    private static func template(_ row: PostgresRow) throws -> StoredTemplate {
        let bytes = try row.decode("messages", as: [UInt8]?.self)
        let number = try row.decode("active_version", as: Int32?.self)
        let active = try number.flatMap { number in
            try bytes.map { StoredTemplate.Active(version: Int(number), messages: try messages($0)) }
        }
        return StoredTemplate(
            name: try row.decode("name", as: String.self), active: active,
            latestVersion: Int(try row.decode("latest_version", as: Int32.self)))
    }

    private static func version(_ row: PostgresRow) throws -> PromptVersion {
        let messages = try messages(try row.decode("messages", as: [UInt8].self))
        return PromptVersion(
            name: try row.decode("name", as: String.self), version: Int(try row.decode("version", as: Int32.self)),
            messages: messages, variables: try ParsedPrompt(messages).variables,
            description: try row.decode("description", as: String?.self),
            isActive: try row.decode("is_active", as: Bool.self),
            createdBy: try row.decode("created_by", as: String.self),
            createdAt: try row.decode("created_at", as: Date.self))
    }

    private static func messages(_ bytes: [UInt8]) throws -> [PromptMessage] {
        try WireFormat.decoder().decode([PromptMessage].self, from: Data(bytes))
    }
}
