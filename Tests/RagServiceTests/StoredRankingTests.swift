import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite(
    "Ranking from the database",
    .enabled(if: EvaluationData.isPresent, "the evaluation data is absent; set ASTERISM_DATA"))
struct StoredRankingTests {
    @Test("the database gives the ranking that the same documents have in memory")
    func agreement() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            var memory = MemoryIndex()
            let texts = try EvaluationData.lines("cacm/corpus.jsonl").prefix(3_204)
            for document in texts {
                let draft = try DocumentDraft(
                    DocumentSubmission(title: document.id, content: document.text, mimeType: "text/plain"),
                    limits: DocumentLimits())
                let id = DocumentID()
                _ = try await DocumentStore(pool: rag.pool).create(
                    draft, id: id, idempotencyKey: nil, by: caller, at: Date())
                memory.add(id, title: draft.title, content: document.text)
            }
            let store = IngestionStore(pool: rag.pool)
            while case let jobs = try await store.claim(maximum: 50, lease: .seconds(60)), !jobs.isEmpty {
                for job in jobs {
                    let source = try #require(try await store.begin(job))
                    let plan = try IngestionPlan(
                        title: source.title, content: source.content, mediaType: source.mediaType)
                    let content = IndexWriter.Content(chunks: plan.chunks, index: plan.index, embeddings: nil)
                    #expect(try await store.commit(job, content))
                }
            }
            try await compare(rag, caller, memory)
        }
    }

    private func compare(_ rag: RagFixture, _ caller: Caller, _ memory: MemoryIndex) async throws {
        let search = SearchStore(pool: rag.pool)
        var times: [Double] = []
        for query in try EvaluationData.lines("cacm/queries.jsonl") {
            let terms = EnglishTerms.of(query.text)
            let started = ContinuousClock.now
            let lexicon = try await search.lexicon(
                terms: Set(terms).sorted(), filter: .everything, in: caller.scope)
            let fetched = ContinuousClock.now - started
            let stored = LexicalRanking().rank(
                queryTerms: terms, lists: lexicon.lists, statistics: lexicon.statistics, limit: 10)
            _ = try await search.passages(
                stored.map { ChunkKey(document: $0.document, ordinal: $0.ordinal) }, in: caller.scope)
            times.append(Double(fetched / .microseconds(1)) / 1_000)
            let expected = memory.search(query.text, limit: 10)
            #expect(stored.map(\.document) == expected.map(\.document), "query \(query.id)")
            #expect(zip(stored, expected).allSatisfy { abs($0.score - $1.score) < 1e-6 }, "query \(query.id)")
        }
        times.sort()
        let p50 = times[times.count / 2]
        let p95 = times[times.count * 95 / 100]
        print(String(format: "Postings of a query over 3,204 documents: p50 %.1f ms, p95 %.1f ms", p50, p95))
    }
}
