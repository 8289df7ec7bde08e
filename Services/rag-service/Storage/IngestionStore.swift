import Contracts
import Foundation
import Postgres
import ServiceKit

/// The queue of ingestion. Every write checks the job's epoch, so that a worker that lost its lease changes nothing.
struct IngestionStore: Sendable {
    let pool: PostgresPool

    /// A job that this process holds until its lease ends.
    struct Job: Sendable {
        let stored: StoredJob
        let document: DocumentID
        let generation: Int
        let epoch: Int64
        /// Counts this one.
        let attempts: Int
        let lastError: String?
        let enqueuedAt: Date

        var scope: TenantScope { stored.scope }
    }

    /// The content to index.
    struct Source: Sendable {
        let title: String
        let content: String
        let mediaType: MediaType
        let sizeBytes: Int
        let actor: String
        let requestID: String
        let apiKey: APIKeyID?
        let embeddingModel: String?
    }

    func claim(maximum: Int, lease: Duration) async throws -> [Job] {
        let seconds = lease / .seconds(1)
        return try await pool.query("SELECT * FROM rag.claim_jobs(\(Int32(maximum)), \(seconds))").map { row in
            let document = DocumentID(try row.decode("document_id", as: UUID.self))
            let tenant = TenantID(try row.decode("tenant_id", as: UUID.self))
            return Job(
                stored: StoredJob(claimedRowOf: tenant, reference: "document:\(document)"),
                document: document,
                generation: Int(try row.decode("generation", as: Int32.self)),
                epoch: try row.decode("epoch"),
                attempts: Int(try row.decode("attempts", as: Int32.self)),
                lastError: try row.decode("last_error", as: String?.self),
                enqueuedAt: try row.decode("enqueued_at"))
        }
    }

    /// Marks the document as being processed and reads its content. Nil when the content is gone.
    func begin(_ job: Job) async throws -> Source? {
        let tenant = job.scope.tenant.uuid
        let results = try await pool.pipeline(
            [
                """
                UPDATE rag.documents SET status = 'processing'
                WHERE tenant_id = \(tenant) AND id = \(job.document.uuid)
                    AND latest_generation = \(Int32(job.generation)) AND status = 'queued'
                """,
                """
                SELECT r.title, r.content, r.mime_type, r.size_bytes, r.actor, r.request_id, r.api_key,
                    (SELECT embedding_model FROM rag.settings WHERE tenant_id = \(tenant)) AS embedding_model
                FROM rag.revisions r
                WHERE r.tenant_id = \(tenant) AND r.document_id = \(job.document.uuid)
                    AND r.generation = \(Int32(job.generation))
                """,
            ], in: job.scope)
        guard let row = results.last?.first else { return nil }
        return Source(
            title: try row.decode("title"), content: try row.decode("content"),
            mediaType: MediaType(header: try row.decode("mime_type")) ?? .plain,
            sizeBytes: Int(try row.decode("size_bytes", as: Int64.self)), actor: try row.decode("actor"),
            requestID: try row.decode("request_id"),
            apiKey: try row.decode("api_key", as: UUID?.self).map { APIKeyID($0) },
            embeddingModel: try row.decode("embedding_model", as: String?.self))
    }

    /// Keeps the lease. False when the job is no longer ours.
    func extend(_ job: Job, lease: Duration) async throws -> Bool {
        try await pool.query(
            """
            UPDATE rag.jobs SET available_at = now() + make_interval(secs => \(lease / .seconds(1)))
            WHERE \(fragment: Self.isOurs(job))
            """, in: job.scope
        ).affectedRows == 1
    }

    /// Swaps the generation: one transaction takes the old chunks, postings and embeddings out and puts the new in.
    ///
    /// - Returns: False when the job is no longer ours; then nothing was changed.
    func commit(_ job: Job, _ content: IndexWriter.Content) async throws -> Bool {
        let tenant = job.scope.tenant.uuid
        return try await pool.withTransaction(in: job.scope) { transaction in
            guard try await Self.lock(job, transaction) else { return false }
            try await IndexWriter.remove(job.document, in: job.scope, transaction)
            try await IndexWriter.insert(content, of: job.document, in: job.scope, transaction)
            _ = try await transaction.pipeline([
                """
                UPDATE rag.documents d SET knowledge_base = r.knowledge_base, title = r.title,
                    mime_type = r.mime_type, metadata = r.metadata, active_generation = r.generation,
                    chunk_count = \(Int32(content.chunks.count)),
                    status = CASE WHEN d.latest_generation = r.generation THEN 'ready' ELSE d.status END,
                    reason = CASE WHEN d.latest_generation = r.generation THEN NULL ELSE d.reason END
                FROM rag.revisions r
                WHERE d.tenant_id = \(tenant) AND d.id = \(job.document.uuid) AND r.tenant_id = d.tenant_id
                    AND r.document_id = d.id AND r.generation = \(Int32(job.generation))
                """,
                """
                DELETE FROM rag.revisions WHERE tenant_id = \(tenant) AND document_id = \(job.document.uuid)
                    AND generation < \(Int32(job.generation))
                """,
                "DELETE FROM rag.jobs WHERE \(fragment: Self.isOurs(job))",
            ])
            return true
        }
    }

    /// Gives the job back, to be claimed again after `delay`.
    func postpone(_ job: Job, for delay: Duration, because reason: String) async throws {
        _ = try await pool.query(
            """
            UPDATE rag.jobs SET is_running = false, last_error = \(reason),
                available_at = now() + make_interval(secs => \(delay / .seconds(1)))
            WHERE \(fragment: Self.isOurs(job))
            """, in: job.scope)
    }

    /// Ends the job: the document is `failed` with `reason`. What was indexed before goes on answering.
    ///
    /// - Returns: False when the job is no longer ours.
    func fail(_ job: Job, because reason: String) async throws -> Bool {
        try await pool.withTransaction(in: job.scope) { transaction in
            guard try await Self.lock(job, transaction) else { return false }
            _ = try await transaction.pipeline([
                """
                UPDATE rag.documents SET status = 'failed', reason = \(reason)
                WHERE tenant_id = \(job.scope.tenant.uuid) AND id = \(job.document.uuid)
                    AND latest_generation = \(Int32(job.generation))
                """,
                "DELETE FROM rag.jobs WHERE \(fragment: Self.isOurs(job))",
            ])
            return true
        }
    }

    /// Waiting and running jobs of all tenants, and the age of the oldest in seconds.
    func statistics() async throws -> (waiting: Int64, running: Int64, oldestSeconds: Double) {
        guard let row = try await pool.query("SELECT * FROM rag.queue_statistics()").first else { return (0, 0, 0) }
        return (try row.decode("waiting"), try row.decode("running"), try row.decode("oldest_seconds"))
    }

    /// Hints that there may be work. The stream ends or throws when the connection is lost.
    func hints() -> AsyncThrowingStream<PostgresNotification, any Error> { pool.listen("rag_jobs") }

    /// Locks the document, then the job: everybody takes them in this order.
    private static func lock(_ job: Job, _ transaction: PostgresTransaction) async throws -> Bool {
        let results = try await transaction.pipeline([
            """
            SELECT 1 FROM rag.documents
            WHERE tenant_id = \(job.scope.tenant.uuid) AND id = \(job.document.uuid) FOR UPDATE
            """,
            "SELECT 1 FROM rag.jobs WHERE \(fragment: isOurs(job)) FOR UPDATE",
        ])
        return results.allSatisfy { !$0.isEmpty }
    }

    private static func isOurs(_ job: Job) -> SQL {
        """
        tenant_id = \(job.scope.tenant.uuid) AND document_id = \(job.document.uuid) AND epoch = \(job.epoch)
            AND generation = \(Int32(job.generation))
        """
    }
}
