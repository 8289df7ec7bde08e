import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite("Ingestion queue")
struct IngestionQueueTests {
    private static func content() throws -> IndexWriter.Content {
        let plan = try IngestionPlan(title: "t", content: "some words", mediaType: .plain)
        return .init(chunks: plan.chunks, index: plan.index, embeddings: nil)
    }

    @Test("a tenant with a long queue does not keep another waiting")
    func fairness() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let busy = RagFixture.tenant()
            let small = RagFixture.tenant()
            for index in 0..<10 { try await rag.submit(DocumentSubmission(content: "Note \(index)"), as: busy) }
            let id = try await rag.submit(DocumentSubmission(content: "One note"), as: small)
            let store = IngestionStore(pool: rag.pool)
            let first = try await store.claim(maximum: 2, lease: .seconds(30))
            #expect(first.contains { $0.document == id })
            #expect(Set(first.map(\.scope.tenant)).count == 2)
        }
    }

    @Test("workers that claim at once never get the same job")
    func exclusive() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            for index in 0..<12 { try await rag.submit(DocumentSubmission(content: "Note \(index)"), as: caller) }
            let store = IngestionStore(pool: rag.pool)
            let claimed = try await withThrowingTaskGroup(of: [DocumentID].self) { group in
                for _ in 0..<8 {
                    group.addTask { try await store.claim(maximum: 2, lease: .seconds(30)).map(\.document) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claimed).count == claimed.count)
            #expect(try await store.claim(maximum: 20, lease: .seconds(30)).count == 12 - claimed.count)
        }
    }

    @Test("a worker that lost its lease changes nothing")
    func fencing() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.submit(DocumentSubmission(content: "A note"), as: caller)
            let store = IngestionStore(pool: rag.pool)
            let lost = try #require(try await store.claim(maximum: 1, lease: .zero).first)
            let held = try #require(try await store.claim(maximum: 1, lease: .seconds(30)).first)
            #expect(held.attempts == 2)
            let content = try Self.content()
            #expect(try await store.extend(lost, lease: .seconds(30)) == false)
            #expect(try await store.fail(lost, because: "late") == false)
            #expect(try await store.commit(lost, content) == false)
            #expect(try await rag.search("words", as: caller).isEmpty)
            #expect(try await store.commit(held, content))
            #expect(try await rag.settled(id, as: caller).status == .ready)
            #expect(try await rag.search("words", as: caller).count == 1)
        }
    }

    @Test("new content shuts out a worker on the old one")
    func newerContent() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.submit(DocumentSubmission(content: "A note"), as: caller)
            let store = IngestionStore(pool: rag.pool)
            let old = try #require(try await store.claim(maximum: 1, lease: .seconds(30)).first)
            let put = DocumentSubmission(content: "Another note")
            #expect(try await rag.service.call("PUT", "/v1/documents/\(id)", body: put, as: caller).status == 202)
            #expect(try await store.commit(old, try Self.content()) == false)
            let new = try #require(try await store.claim(maximum: 1, lease: .seconds(30)).first)
            #expect(new.generation == 2)
        }
    }

    @Test("a document whose worker dies each time fails with a reason after the last attempt")
    func poison() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.submit(DocumentSubmission(content: "A note"), as: caller)
            let store = IngestionStore(pool: rag.pool)
            // A worker that dies is one that claims and is never heard of again.
            for _ in 0..<5 { _ = try await store.claim(maximum: 1, lease: .zero) }
            let parts = rag.service.parts
            let worker = IngestionWorker(
                store: store, embedder: Embedder(client: parts.serviceClient), journal: parts.journal,
                metrics: IngestionMetrics(registry: parts.metrics), logger: parts.logger, settings: IngestionSettings())
            await worker.process(try #require(try await store.claim(maximum: 1, lease: .seconds(30)).first))
            let document = try await rag.settled(id, as: caller)
            #expect(document.status == .failed)
            #expect(document.reason?.contains("5 attempts") == true)
            // New content gives it another chance.
            let put = DocumentSubmission(content: "A note")
            #expect(try await rag.service.call("PUT", "/v1/documents/\(id)", body: put, as: caller).status == 202)
            await worker.process(try #require(try await store.claim(maximum: 1, lease: .seconds(30)).first))
            #expect(try await rag.settled(id, as: caller).status == .ready)
        }
    }

    @Test("a document with nothing to read fails with that reason")
    func noText() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let empty = DocumentSubmission(title: "t", content: "<script>only()</script>", mimeType: "text/html")
            let document = try await rag.settled(try await rag.submit(empty, as: caller), as: caller)
            #expect(document.status == .failed)
            #expect(document.reason == "the document holds no text")
        }
    }
}
