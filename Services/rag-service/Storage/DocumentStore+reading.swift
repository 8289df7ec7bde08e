import Contracts
import Foundation
import Postgres
import ServiceKit

extension DocumentStore {
    func document(_ id: DocumentID, in scope: TenantScope) async throws -> DocumentSummary? {
        try await pool.query(
            """
            SELECT \(fragment: Self.columns) FROM rag.documents
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            """, in: scope
        ).first.map(Self.summary)
    }

    /// Up to `limit` documents with ids after `position`; ids grow with time.
    func documents(
        after position: DocumentID?, knowledgeBase: String?, limit: Int, in scope: TenantScope
    ) async throws -> [DocumentSummary] {
        var condition: SQL = "tenant_id = \(scope.tenant.uuid)"
        if let position { condition.append(" AND id > \(position.uuid)") }
        if let knowledgeBase { condition.append(" AND knowledge_base = \(knowledgeBase)") }
        return try await pool.query(
            """
            SELECT \(fragment: Self.columns) FROM rag.documents WHERE \(fragment: condition)
            ORDER BY id LIMIT \(limit)
            """, in: scope
        ).map(Self.summary)
    }

    func knowledgeBases(in scope: TenantScope) async throws -> [KnowledgeBaseSummary] {
        try await pool.query(
            """
            SELECT knowledge_base, count(*) AS documents FROM rag.documents
            WHERE tenant_id = \(scope.tenant.uuid) GROUP BY knowledge_base ORDER BY knowledge_base
            """, in: scope
        ).map { row in
            KnowledgeBaseSummary(
                name: try row.decode("knowledge_base"), documents: Int(try row.decode("documents", as: Int64.self)))
        }
    }

    /// The content that answers now, as it was sent. Nil when nothing of the document is indexed yet.
    func activeContent(of id: DocumentID, in scope: TenantScope) async throws -> (String, MediaType)? {
        let rows = try await pool.query(
            """
            SELECT r.content, r.mime_type FROM rag.documents d
            JOIN rag.revisions r ON r.tenant_id = d.tenant_id AND r.document_id = d.id
                AND r.generation = d.active_generation
            WHERE d.tenant_id = \(scope.tenant.uuid) AND d.id = \(id.uuid)
            """, in: scope)
        guard let row = rows.first else { return nil }
        return (try row.decode("content"), MediaType(header: try row.decode("mime_type")) ?? .plain)
    }

    private static let columns: SQL = """
        id, knowledge_base, title, mime_type, metadata::text AS metadata, status, reason, latest_generation,
        active_generation, size_bytes, chunk_count, created_at, updated_at
        """

    private static func summary(_ row: PostgresRow) throws -> DocumentSummary {
        let metadata = Data(try row.decode("metadata", as: String.self).utf8)
        return DocumentSummary(
            id: DocumentID(try row.decode("id", as: UUID.self)),
            title: try row.decode("title"),
            knowledgeBase: try row.decode("knowledge_base"),
            mimeType: try row.decode("mime_type"),
            metadata: try JSONDecoder().decode([String: MetadataValue].self, from: metadata),
            status: try status(of: row),
            reason: try row.decode("reason", as: String?.self),
            generation: Int(try row.decode("latest_generation", as: Int32.self)),
            searchableGeneration: try row.decode("active_generation", as: Int32?.self).map(Int.init),
            sizeBytes: Int(try row.decode("size_bytes", as: Int64.self)),
            chunks: Int(try row.decode("chunk_count", as: Int32.self)),
            createdAt: try row.decode("created_at"),
            updatedAt: try row.decode("updated_at"))
    }
}
