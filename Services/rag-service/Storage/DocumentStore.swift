import Contracts
import Foundation
import Postgres
import ServiceKit

/// Documents and the contents that were sent for them. Indexing is the business of `IngestionStore`.
struct DocumentStore: Sendable {
    let pool: PostgresPool

    /// How long an `Idempotency-Key` is remembered: the day that the API promises.
    private static let idempotencyWindow = "interval '24 hours'"

    /// Stores a new document and its job in one transaction.
    ///
    /// - Returns: The document, which is an older one when `idempotencyKey` was used for the same content before.
    /// - Throws: 422 `idempotency_conflict` when the key was used for other content.
    func create(
        _ draft: DocumentDraft, id: DocumentID, idempotencyKey: String?, by caller: Caller, at now: Date
    ) async throws -> DocumentReceipt {
        try await pool.withTransaction(in: caller.scope) { transaction in
            if let key = idempotencyKey,
                let known = try await Self.claim(key, for: draft, id, caller, now, in: transaction)
            {
                // The first answer again, whatever has become of the document since.
                return DocumentReceipt(id: known, status: .queued)
            }
            let metadata = try draft.encodedMetadata()
            _ = try await transaction.pipeline([
                """
                INSERT INTO rag.documents (tenant_id, id, knowledge_base, title, mime_type, metadata, status,
                    latest_generation, content_hash, size_bytes, created_at, updated_at)
                VALUES (\(caller.tenant.uuid), \(id.uuid), \(draft.knowledgeBase), \(draft.title),
                    \(draft.mediaType.rawValue), \(metadata)::text::jsonb, 'queued', 1, \(draft.hash),
                    \(draft.sizeBytes), \(now), \(now))
                """,
                Self.insertRevision(draft, of: id, generation: 1, metadata, by: caller, at: now),
                Self.enqueue(id, generation: 1, of: caller.scope, at: now),
                Self.notify,
            ])
            return DocumentReceipt(id: id, status: .queued)
        }
    }

    /// Stores new content. What is indexed goes on answering until the new content is indexed.
    ///
    /// - Returns: Nil when there is no such document. Content that is there already changes nothing.
    func replace(_ id: DocumentID, with draft: DocumentDraft, by caller: Caller, at now: Date) async throws
        -> (receipt: DocumentReceipt, isChanged: Bool)?
    {
        let tenant = caller.tenant.uuid
        return try await pool.withTransaction(in: caller.scope) { transaction in
            let rows = try await transaction.query(
                """
                SELECT content_hash, status, latest_generation FROM rag.documents
                WHERE tenant_id = \(tenant) AND id = \(id.uuid) FOR UPDATE
                """)
            guard let row = rows.first else { return nil }
            let status = try Self.status(of: row)
            if try row.decode("content_hash", as: [UInt8].self) == draft.hash, status != .failed {
                return (DocumentReceipt(id: id, status: status), false)
            }
            let generation = Int(try row.decode("latest_generation", as: Int32.self)) + 1
            let metadata = try draft.encodedMetadata()
            _ = try await transaction.pipeline([
                """
                UPDATE rag.documents SET status = 'queued', reason = NULL, latest_generation = \(Int32(generation)),
                    content_hash = \(draft.hash), size_bytes = \(draft.sizeBytes), updated_at = \(now)
                WHERE tenant_id = \(tenant) AND id = \(id.uuid)
                """,
                Self.insertRevision(draft, of: id, generation: generation, metadata, by: caller, at: now),
                Self.enqueue(id, generation: generation, of: caller.scope, at: now),
                Self.notify,
            ])
            return (DocumentReceipt(id: id, status: .queued), true)
        }
    }

    /// Removes the document and everything of it from the index, in one transaction: the next search misses it.
    ///
    /// - Returns: False when there is no such document.
    func delete(_ id: DocumentID, in scope: TenantScope) async throws -> Bool {
        try await pool.withTransaction(in: scope) { transaction in
            let rows = try await transaction.query(
                """
                SELECT 1 FROM rag.documents
                WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) FOR UPDATE
                """)
            guard !rows.isEmpty else { return false }
            try await IndexWriter.remove(id, in: scope, transaction)
            _ = try await transaction.query(
                "DELETE FROM rag.documents WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)")
            return true
        }
    }
}

// MARK: - Parts of the transactions

extension DocumentStore {
    /// Remembers the key.
    ///
    /// - Returns: The document of the first request with this key; nil when this is the first.
    private static func claim(
        _ key: String, for draft: DocumentDraft, _ id: DocumentID, _ caller: Caller, _ now: Date,
        in transaction: PostgresTransaction
    ) async throws -> DocumentID? {
        let tenant = caller.tenant.uuid
        let results = try await transaction.pipeline([
            """
            DELETE FROM rag.idempotency
            WHERE tenant_id = \(tenant)
                AND created_at < \(now)::timestamptz - \(unsafeRaw: idempotencyWindow)
            """,
            """
            INSERT INTO rag.idempotency (tenant_id, key, request_hash, document_id, created_at)
            VALUES (\(tenant), \(key), \(draft.hash), \(id.uuid), \(now)) ON CONFLICT DO NOTHING
            """,
            """
            SELECT request_hash, document_id FROM rag.idempotency
            WHERE tenant_id = \(tenant) AND key = \(key)
            """,
        ])
        guard let row = results.last?.first else {
            throw APIError(.conflict, "a request with this Idempotency-Key is under way")
        }
        let first = DocumentID(try row.decode("document_id", as: UUID.self))
        guard first != id else { return nil }
        guard try row.decode("request_hash", as: [UInt8].self) == draft.hash else {
            throw APIError(.idempotencyConflict, "this Idempotency-Key was used with another body")
        }
        return first
    }

    static func status(of row: PostgresRow) throws -> DocumentStatus {
        DocumentStatus(rawValue: try row.decode("status", as: String.self)) ?? .failed
    }

    private static func insertRevision(
        _ draft: DocumentDraft, of id: DocumentID, generation: Int, _ metadata: String, by caller: Caller,
        at now: Date
    ) -> SQL {
        """
        INSERT INTO rag.revisions (tenant_id, document_id, generation, knowledge_base, title, mime_type, metadata,
            content, size_bytes, actor, request_id, api_key, created_at)
        VALUES (\(caller.tenant.uuid), \(id.uuid), \(Int32(generation)), \(draft.knowledgeBase), \(draft.title),
            \(draft.mediaType.rawValue), \(metadata)::text::jsonb, \(draft.content), \(draft.sizeBytes),
            \(caller.actor), \(caller.requestID), \(caller.apiKey?.uuid as UUID?), \(now))
        """
    }

    /// One job a document. A newer generation takes the job over, and its epoch shuts out a worker on the old one.
    static func enqueue(_ id: DocumentID, generation: Int, of scope: TenantScope, at now: Date) -> SQL {
        """
        INSERT INTO rag.jobs (tenant_id, document_id, generation, epoch, attempts, is_running, available_at,
            enqueued_at)
        VALUES (\(scope.tenant.uuid), \(id.uuid), \(Int32(generation)), 1, 0, false, now(), \(now))
        ON CONFLICT (tenant_id, document_id) DO UPDATE SET generation = excluded.generation,
            epoch = rag.jobs.epoch + 1, attempts = 0, is_running = false, available_at = now(),
            enqueued_at = excluded.enqueued_at, last_error = NULL
        """
    }

    /// A hint to the workers of all replicas; a job is found by polling too.
    static let notify: SQL = "SELECT pg_notify('rag_jobs', '')"
}
