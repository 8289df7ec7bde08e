import Contracts
import Foundation
import Postgres
import ServiceKit

/// Takes documents out of the index and puts them in, inside a transaction of the caller's.
enum IndexWriter {
    /// Rows of one statement: bounds the size of a message to some hundred kilobytes.
    private static let batch = 2_000

    /// What is stored for one document.
    struct Content: Sendable {
        var chunks: [IndexedChunk]
        var index: DocumentIndex
        /// Nil when the tenant searches by words alone.
        var embeddings: (model: String, vectors: [[Float]])?
    }

    /// Removes what the document has in the index. The lock on the document's row must be held.
    static func remove(
        _ id: DocumentID, in scope: TenantScope, _ transaction: PostgresTransaction
    ) async throws {
        let tenant = scope.tenant.uuid
        _ = try await transaction.pipeline([
            """
            DELETE FROM rag.postings p
            USING (SELECT unnest(terms) COLLATE "C" AS term FROM rag.indexed_terms
                   WHERE tenant_id = \(tenant) AND document_id = \(id.uuid)) old
            WHERE p.tenant_id = \(tenant) AND p.term = old.term AND p.document_id = \(id.uuid)
            """,
            "DELETE FROM rag.chunks WHERE tenant_id = \(tenant) AND document_id = \(id.uuid)",
            """
            WITH old AS (
                DELETE FROM rag.indexed_terms WHERE tenant_id = \(tenant) AND document_id = \(id.uuid)
                RETURNING document_terms, chunks, chunk_terms)
            UPDATE rag.corpus_statistics s
            SET documents = s.documents - 1, document_terms = s.document_terms - old.document_terms,
                chunks = s.chunks - old.chunks, chunk_terms = s.chunk_terms - old.chunk_terms
            FROM old WHERE s.tenant_id = \(tenant)
            """,
        ])
    }

    /// Adds a document that has nothing in the index.
    static func insert(
        _ content: Content, of id: DocumentID, in scope: TenantScope, _ transaction: PostgresTransaction
    ) async throws {
        for chunks in content.chunks.batches(of: batch) {
            _ = try await transaction.query(insertChunks(chunks, of: id, in: scope))
        }
        let terms = content.index.postings.keys.sorted()
        for part in terms.batches(of: batch) {
            _ = try await transaction.query(insertPostings(part, content.index, of: id, in: scope))
        }
        if let (model, vectors) = content.embeddings {
            // Vectors go as text, some kilobytes each.
            for part in Array(vectors.enumerated()).batches(of: 100) {
                _ = try await transaction.query(insertEmbeddings(part, model: model, of: id, in: scope))
            }
        }
        let chunkTerms = content.index.chunkLengths.reduce(0, +)
        // The statistics come last: their row is shared by all of the tenant's documents.
        _ = try await transaction.pipeline([
            """
            INSERT INTO rag.indexed_terms (tenant_id, document_id, terms, document_terms, chunks, chunk_terms)
            VALUES (\(scope.tenant.uuid), \(id.uuid), \(terms), \(content.index.length), \(content.chunks.count),
                \(chunkTerms))
            """,
            """
            INSERT INTO rag.corpus_statistics AS s (tenant_id, documents, document_terms, chunks, chunk_terms)
            VALUES (\(scope.tenant.uuid), 1, \(content.index.length), \(content.chunks.count), \(chunkTerms))
            ON CONFLICT (tenant_id) DO UPDATE SET documents = s.documents + 1,
                document_terms = s.document_terms + excluded.document_terms,
                chunks = s.chunks + excluded.chunks, chunk_terms = s.chunk_terms + excluded.chunk_terms
            """,
        ])
    }

    private static func insertChunks(
        _ chunks: ArraySlice<IndexedChunk>, of id: DocumentID, in scope: TenantScope
    ) -> SQL {
        """
        INSERT INTO rag.chunks (tenant_id, document_id, ordinal, id, start_offset, end_offset, headings, body)
        SELECT \(scope.tenant.uuid), \(id.uuid), c.ordinal, c.id, c.start_offset, c.end_offset,
            string_to_array(c.headings, E'\\n'), c.body
        FROM unnest(\(chunks.map { Int32($0.ordinal) }), \(chunks.map(\.id.uuid)), \(chunks.map { Int32($0.start) }),
            \(chunks.map { Int32($0.end) }), \(chunks.map { $0.headings.joined(separator: "\n") }),
            \(chunks.map(\.text))) AS c (ordinal, id, start_offset, end_offset, headings, body)
        """
    }

    /// The entries of many terms travel as one string of bytes and their lengths.
    private static func insertPostings(
        _ terms: ArraySlice<String>, _ index: DocumentIndex, of id: DocumentID, in scope: TenantScope
    ) -> SQL {
        var bytes: [UInt8] = []
        var offsets: [Int32] = []
        var lengths: [Int32] = []
        for term in terms {
            let entry = index.postings[term]?.bytes ?? []
            offsets.append(Int32(bytes.count + 1))
            lengths.append(Int32(entry.count))
            bytes.append(contentsOf: entry)
        }
        return """
            INSERT INTO rag.postings (tenant_id, term, document_id, entries)
            SELECT \(scope.tenant.uuid), p.term, \(id.uuid), substring(\(bytes)::bytea FROM p.start FOR p.length)
            FROM unnest(\(Array(terms)), \(offsets), \(lengths)) AS p (term, start, length)
            """
    }

    private static func insertEmbeddings(
        _ vectors: ArraySlice<(offset: Int, element: [Float])>, model: String, of id: DocumentID,
        in scope: TenantScope
    ) -> SQL {
        let texts = vectors.map { "[" + $0.element.map(\.description).joined(separator: ",") + "]" }
        return """
            INSERT INTO rag.embeddings (tenant_id, model, document_id, ordinal, embedding)
            SELECT \(scope.tenant.uuid), \(model), \(id.uuid), e.ordinal, e.vector::public.halfvec
            FROM unnest(\(vectors.map { Int32($0.offset) }), \(texts)) AS e (ordinal, vector)
            """
    }
}

extension Array {
    /// Consecutive slices of at most `size`.
    fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
