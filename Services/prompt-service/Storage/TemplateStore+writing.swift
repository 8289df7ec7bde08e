import Contracts
import Foundation
import Postgres
import ServiceKit

extension TemplateStore {
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
    func add(_ addition: Addition, in scope: TenantScope) async throws -> PromptVersion {
        let messages = [UInt8](try WireFormat.encoder().encode(addition.prompt.messages))
        let tenant = scope.tenant.uuid
        return try await pool.withTransaction(in: scope) { transaction in
            // The row is locked by its update, so two versions at once get two numbers.
            let numbered = try await transaction.query(
                """
                INSERT INTO prompts.templates (tenant_id, name, latest_version) VALUES (\(tenant), \(addition.name), 1)
                ON CONFLICT (tenant_id, name) DO UPDATE SET latest_version = templates.latest_version + 1
                RETURNING latest_version
                """)
            guard let number = try numbered.first?.decode("latest_version", as: Int32.self) else {
                throw APIError(.internalError, internalReason: "an upsert returned no row")
            }
            guard !addition.mustBeNew || number == 1 else {
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
            return PromptVersion(
                name: addition.name, version: Int(number), messages: addition.prompt.messages,
                variables: addition.prompt.variables, description: addition.description,
                isActive: addition.activates, createdBy: addition.author,
                createdAt: try stored.first?.decode("created_at", as: Date.self) ?? Date())
        }
    }

    /// Puts a version into use, or none. False when the tenant has no such template or version.
    func activate(_ version: Int?, of name: String, in scope: TenantScope) async throws -> Bool {
        let number = version.map(Int32.init(clamping:))
        let rows = try await pool.query(
            """
            UPDATE prompts.templates AS t SET active_version = \(number)
            WHERE t.tenant_id = \(scope.tenant.uuid) AND t.name = \(name)
                AND (\(number)::integer IS NULL OR EXISTS (
                    SELECT FROM prompts.versions AS v
                    WHERE v.tenant_id = t.tenant_id AND v.name = t.name AND v.version = \(number)))
            RETURNING t.name
            """, in: scope)
        return !rows.isEmpty
    }

    /// Removes a template with all its versions. False when the tenant has none of that name.
    func delete(_ name: String, in scope: TenantScope) async throws -> Bool {
        let rows = try await pool.query(
            "DELETE FROM prompts.templates WHERE tenant_id = \(scope.tenant.uuid) AND name = \(name) RETURNING name",
            in: scope)
        return !rows.isEmpty
    }
}
