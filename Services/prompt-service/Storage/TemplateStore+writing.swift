import Contracts
import Foundation
import Postgres
import ServiceKit

extension TemplateStore {
    /// Writes down what was done, as the last thing before the transaction ends: the record is durable before the change
    /// is, so no change goes without one.
    typealias Evidence = @Sendable (_ version: Int?) async throws -> Void

    /// Whether a version may begin a template, and whether it goes into use.
    struct Addition: Sendable {
        var name: String
        var prompt: ParsedPrompt
        var description: String?
        var activates: Bool
        var author: String
        /// False when the template must exist already or come from the platform.
        var mustBeNew: Bool
    }

    /// Stores a version under the next number.
    /// - Throws: 409 when the template must be new and is not.
    func add(
        _ addition: Addition, in scope: TenantScope, evidence: @escaping Evidence
    ) async throws -> PromptVersion {
        let messages = [UInt8](try WireFormat.encoder().encode(addition.prompt.messages))
        let tenant = scope.tenant.uuid
        return try await pool.withTransaction(in: scope) { transaction in
            // The row is locked by its update, so two versions at once get two numbers.
            let numbered = try await transaction.query(
                """
                INSERT INTO prompts.templates (tenant_id, name, latest_version) VALUES (\(tenant), \(addition.name), 1)
                ON CONFLICT (tenant_id, name) DO UPDATE
                    SET latest_version = templates.latest_version + 1, deleted_at = NULL
                    WHERE NOT \(addition.mustBeNew) OR templates.deleted_at IS NOT NULL
                RETURNING latest_version
                """)
            guard let number = try numbered.first?.decode("latest_version", as: Int32.self) else {
                throw APIError(.conflict, "there is a prompt \(addition.name) already; add a version to it")
            }
            let stored = try await transaction.query(
                """
                INSERT INTO prompts.versions (tenant_id, name, version, messages, description, created_by)
                VALUES (\(tenant), \(addition.name), \(number), \(messages), \(addition.description),
                    \(addition.author))
                RETURNING created_at
                """)
            if addition.activates {
                _ = try await transaction.query(
                    """
                    UPDATE prompts.templates SET active_version = \(number)
                    WHERE tenant_id = \(tenant) AND name = \(addition.name)
                    """)
            }
            try await evidence(Int(number))
            return PromptVersion(
                name: addition.name, version: Int(number), messages: addition.prompt.messages,
                variables: addition.prompt.variables, description: addition.description,
                isActive: addition.activates, createdBy: addition.author,
                createdAt: try stored.first?.decode("created_at", as: Date.self) ?? Date())
        }
    }

    /// Puts a version into use, or none. False when the tenant has no such template or version.
    func activate(
        _ version: Int?, of name: String, in scope: TenantScope, evidence: @escaping Evidence
    ) async throws -> Bool {
        let number = version.map(Int32.init(clamping:))
        return try await pool.withTransaction(in: scope) { transaction in
            let rows = try await transaction.query(
                """
                UPDATE prompts.templates AS t SET active_version = \(number)
                WHERE t.tenant_id = \(scope.tenant.uuid) AND t.name = \(name) AND t.deleted_at IS NULL
                    AND (\(number)::integer IS NULL OR EXISTS (
                        SELECT FROM prompts.versions AS v
                        WHERE v.tenant_id = t.tenant_id AND v.name = t.name AND v.version = \(number)))
                RETURNING t.name
                """)
            guard !rows.isEmpty else { return false }
            try await evidence(version)
            return true
        }
    }

    /// Takes a template out of use and out of sight. Its numbers stay taken: a template of that name that is made later
    /// counts on. False when the tenant has none of that name.
    func delete(_ name: String, in scope: TenantScope, evidence: @escaping Evidence) async throws -> Bool {
        try await pool.withTransaction(in: scope) { transaction in
            let rows = try await transaction.query(
                """
                UPDATE prompts.templates SET deleted_at = now(), active_version = NULL
                WHERE tenant_id = \(scope.tenant.uuid) AND name = \(name) AND deleted_at IS NULL RETURNING name
                """)
            guard !rows.isEmpty else { return false }
            try await evidence(nil)
            return true
        }
    }
}
