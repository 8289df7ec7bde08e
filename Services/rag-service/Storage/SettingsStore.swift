import Contracts
import Foundation
import Postgres
import ServiceKit

/// What a tenant has chosen about its knowledge.
struct SettingsStore: Sendable {
    let pool: PostgresPool

    func settings(in scope: TenantScope) async throws -> KnowledgeSettings {
        let rows = try await pool.query(
            "SELECT embedding_model FROM rag.settings WHERE tenant_id = \(scope.tenant.uuid)", in: scope)
        return KnowledgeSettings(embeddingModel: try rows.first?.decode("embedding_model", as: String?.self))
    }

    /// Stores the settings and, when the model changed, has every document indexed anew. A job under way starts
    /// again, since it may have read the old model.
    func replace(_ settings: KnowledgeSettings, in scope: TenantScope, at now: Date) async throws {
        let tenant = scope.tenant.uuid
        try await pool.withTransaction(in: scope) { transaction in
            let before = try await transaction.query(
                "SELECT embedding_model FROM rag.settings WHERE tenant_id = \(tenant) FOR UPDATE")
            let model = try before.first?.decode("embedding_model", as: String?.self)
            _ = try await transaction.query(
                """
                INSERT INTO rag.settings (tenant_id, embedding_model, updated_at)
                VALUES (\(tenant), \(settings.embeddingModel as String?), \(now))
                ON CONFLICT (tenant_id) DO UPDATE SET embedding_model = excluded.embedding_model,
                    updated_at = excluded.updated_at
                """)
            guard model != settings.embeddingModel else { return }
            _ = try await transaction.pipeline([
                """
                INSERT INTO rag.jobs (tenant_id, document_id, generation, epoch, attempts, is_running, available_at,
                    enqueued_at)
                SELECT tenant_id, id, active_generation, 1, 0, false, now(), \(now) FROM rag.documents
                WHERE tenant_id = \(tenant) AND active_generation IS NOT NULL
                ON CONFLICT (tenant_id, document_id) DO UPDATE SET epoch = rag.jobs.epoch + 1, is_running = false,
                    available_at = now()
                """,
                DocumentStore.notify,
            ])
        }
    }
}
