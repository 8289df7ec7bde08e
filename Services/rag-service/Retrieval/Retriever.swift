import Contracts
import Foundation
import Logging
import Observability
import ServiceKit
import TextAnalysis

/// Finds the passages of a tenant's documents that match a query: by words, and by meaning where the tenant has an
/// embedding model.
struct Retriever: Sendable {
    let store: SearchStore
    let embedder: Embedder
    let metrics: RetrievalMetrics
    let logger: Logger
    var ranking = LexicalRanking()

    /// Candidates that each ranking brings to the fusion. Beyond them a passage is hardly ever wanted.
    private static let fusionDepth = 200

    /// A passage with its score, comparable within one answer only.
    struct Hit: Sendable {
        var passage: SearchStore.Passage
        var score: Double
    }

    struct Found: Sendable {
        /// Best first.
        var hits: [Hit]
        /// How rare each term of the query is among the tenant's chunks: the weights that the ranking used.
        var termWeights: [String: Double]
    }

    /// The best `limit` passages.
    func retrieve(_ query: String, filter: SearchFilter, limit: Int, for caller: Caller) async throws -> Found {
        let started = ContinuousClock.now
        var analyzer = EnglishAnalyzer()
        // No query is longer than a page; a pasted log would be read as thousands of terms.
        let terms = Array(analyzer.terms(of: query).prefix(256))
        let lexicon = try await store.lexicon(terms: Set(terms).sorted(), filter: filter, in: caller.scope)
        let depth = lexicon.embeddingModel == nil ? limit : max(limit, Self.fusionDepth)
        let ranked = ranking.rank(
            queryTerms: terms, lists: lexicon.lists, statistics: lexicon.statistics, allowed: lexicon.allowed,
            limit: depth)
        var scored = ranked.map { (key: ChunkKey(document: $0.document, ordinal: $0.ordinal), score: $0.score) }
        if let model = lexicon.embeddingModel {
            scored = try await fused(scored, query, model: model, filter: filter, limit: limit, for: caller)
        }
        let hits = try await hits(scored, in: caller.scope)
        metrics.retrieved(hits.count, since: started)
        return Found(hits: hits, termWeights: Self.weights(of: terms, lexicon))
    }

    /// Adds what is near in meaning. When the model cannot be had now, words alone must do.
    private func fused(
        _ lexical: [(key: ChunkKey, score: Double)], _ query: String, model: String, filter: SearchFilter,
        limit: Int, for caller: Caller
    ) async throws -> [(key: ChunkKey, score: Double)] {
        let vector: [Float]
        do {
            vector = try await embedder.embedQuery(query, model: model, for: caller)
        } catch let error as APIError {
            metrics.fellBackToWords()
            logger.warning("search without embeddings", metadata: ["reason": .string("\(error.code.rawValue)")])
            return Array(lexical.prefix(limit))
        }
        let near = try await store.nearest(
            to: vector, model: model, filter: filter, limit: Self.fusionDepth, in: caller.scope)
        return Fusion.fuse(lexical, near, limit: limit)
    }

    private func hits(_ scored: [(key: ChunkKey, score: Double)], in scope: TenantScope) async throws -> [Hit] {
        let scores = Dictionary(scored.map { ($0.key, $0.score) }, uniquingKeysWith: max)
        return try await store.passages(scored.map(\.key), in: scope).map { passage in
            Hit(passage: passage, score: scores[passage.key] ?? 0)
        }
    }

    /// Rarity is judged as if there were at least this many chunks. In a knowledge base of one document every word that
    /// it has would count for nothing beside a word that it lacks, and no question would ever be answered from it.
    private static let minimumChunks = 100

    private static func weights(of terms: [String], _ lexicon: SearchStore.Lexicon) -> [String: Double] {
        var frequencies: [String: Int] = [:]
        for list in lexicon.lists {
            frequencies[list.term] = list.postings.reduce(0) { $0 + $1.posting.entries.count }
        }
        var weights: [String: Double] = [:]
        for term in terms {
            weights[term] = BM25.inverseDocumentFrequency(
                frequencies[term] ?? 0, of: max(lexicon.statistics.chunks, minimumChunks))
        }
        return weights
    }
}
