import Contracts
import Foundation
import Postgres
import ServiceKit

/// Reads the index of one tenant.
struct SearchStore: Sendable {
    let pool: PostgresPool

    /// What ranking by words needs, read in one round trip.
    struct Lexicon: Sendable {
        var lists: [PostingList]
        var statistics: CorpusStatistics
        /// The documents that the filter lets through; nil without a filter.
        var allowed: Set<DocumentID>?
        var embeddingModel: String?
    }

    /// A chunk as it is shown.
    struct Passage: Sendable, Equatable {
        var key: ChunkKey
        var chunk: ChunkID
        var title: String
        var text: String
        var start: Int
        var end: Int
    }

    /// The postings of `terms` in all of the tenant's documents. The comparison is by equality, which row-level
    /// security lets the index serve; a full-text operator would not be (it is not leakproof).
    func lexicon(terms: [String], filter: SearchFilter, in scope: TenantScope) async throws -> Lexicon {
        let tenant = scope.tenant.uuid
        var statements: [SQL] = [
            """
            SELECT term, string_agg(uuid_send(document_id) || entries, ''::bytea) AS packed FROM rag.postings
            WHERE tenant_id = \(tenant) AND term = ANY(\(terms)) GROUP BY term ORDER BY term
            """,
            """
            SELECT documents, document_terms, chunks, chunk_terms FROM rag.corpus_statistics
            WHERE tenant_id = \(tenant)
            """,
            "SELECT embedding_model FROM rag.settings WHERE tenant_id = \(tenant)",
        ]
        if !filter.isEverything {
            let condition = try Self.condition(filter)
            statements.append(
                "SELECT d.id FROM rag.documents d WHERE d.tenant_id = \(tenant) \(fragment: condition)")
        }
        let results = try await pool.pipeline(statements, in: scope)
        return Lexicon(
            lists: try results[0].map(Self.list),
            statistics: try results[1].first.map(Self.statistics) ?? .empty,
            allowed: filter.isEverything
                ? nil : Set(try results[3].map { DocumentID(try $0.decode("id", as: UUID.self)) }),
            embeddingModel: try results[2].first?.decode("embedding_model", as: String?.self))
    }

    /// The `limit` chunks nearest to `vector` by cosine similarity. Exact: every chunk of the tenant is compared.
    func nearest(
        to vector: [Float], model: String, filter: SearchFilter, limit: Int, in scope: TenantScope
    ) async throws -> [(key: ChunkKey, score: Double)] {
        let text = "[" + vector.map(\.description).joined(separator: ",") + "]"
        var condition: SQL = ""
        if !filter.isEverything {
            let matches = try Self.condition(filter)
            condition = """
                AND EXISTS (SELECT FROM rag.documents d WHERE d.tenant_id = \(scope.tenant.uuid)
                    AND d.id = e.document_id \(fragment: matches))
                """
        }
        return try await pool.query(
            """
            SELECT e.document_id, e.ordinal,
                1 - (e.embedding OPERATOR(public.<=>) \(text)::text::public.halfvec) AS score
            FROM rag.embeddings e
            WHERE e.tenant_id = \(scope.tenant.uuid) AND e.model = \(model) \(fragment: condition)
            ORDER BY e.embedding OPERATOR(public.<=>) \(text)::text::public.halfvec LIMIT \(limit)
            """, in: scope
        ).map { row in
            (try Self.key(row), try row.decode("score", as: Double.self))
        }
    }

    /// The chunks of `keys`, in that order. One that has gone since it was ranked is left out.
    func passages(_ keys: [ChunkKey], in scope: TenantScope) async throws -> [Passage] {
        guard !keys.isEmpty else { return [] }
        return try await pool.query(
            """
            SELECT c.document_id, c.ordinal, c.id, c.start_offset, c.end_offset, c.body, d.title
            FROM unnest(\(keys.map(\.document.uuid)), \(keys.map { Int32($0.ordinal) }))
                WITH ORDINALITY AS w (document_id, ordinal, place)
            JOIN rag.chunks c ON c.tenant_id = \(scope.tenant.uuid) AND c.document_id = w.document_id
                AND c.ordinal = w.ordinal
            JOIN rag.documents d ON d.tenant_id = \(scope.tenant.uuid) AND d.id = c.document_id
            ORDER BY w.place
            """, in: scope
        ).map { row in
            Passage(
                key: try Self.key(row), chunk: ChunkID(try row.decode("id", as: UUID.self)),
                title: try row.decode("title"), text: try row.decode("body"),
                start: Int(try row.decode("start_offset", as: Int32.self)),
                end: Int(try row.decode("end_offset", as: Int32.self)))
        }
    }

    /// Conditions on `rag.documents d`, each beginning with AND.
    private static func condition(_ filter: SearchFilter) throws -> SQL {
        var condition: SQL = ""
        if let knowledgeBase = filter.knowledgeBase { condition.append(" AND d.knowledge_base = \(knowledgeBase)") }
        for (key, values) in filter.metadata.sorted(by: { $0.key < $1.key }) {
            let texts = try values.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            condition.append(" AND d.metadata -> \(key) = ANY(\(texts)::text[]::jsonb[])")
        }
        return condition
    }

    private static func key(_ row: PostgresRow) throws -> ChunkKey {
        ChunkKey(
            document: DocumentID(try row.decode("document_id", as: UUID.self)),
            ordinal: Int(try row.decode("ordinal", as: Int32.self)))
    }

    private static func list(_ row: PostgresRow) throws -> PostingList {
        let term = try row.decode("term", as: String.self)
        guard let list = PostingList(term: term, packed: try row.decode("packed", as: [UInt8].self)) else {
            throw APIError(.internalError, internalReason: "the postings of a term cannot be read")
        }
        return list
    }

    private static func statistics(_ row: PostgresRow) throws -> CorpusStatistics {
        CorpusStatistics(
            documents: Int(try row.decode("documents", as: Int64.self)),
            documentTerms: Int(try row.decode("document_terms", as: Int64.self)),
            chunks: Int(try row.decode("chunks", as: Int64.self)),
            chunkTerms: Int(try row.decode("chunk_terms", as: Int64.self)))
    }
}
