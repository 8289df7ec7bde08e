import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite("Documents, search and answers")
struct EndToEndTests {
    @Test("a document that was sent is found, and a question about it is answered with a quote at its offsets")
    func mainRoad() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let vpn = try await rag.ready("VPN does not connect", Articles.vpn, as: caller)
            _ = try await rag.ready("Outlook password", Articles.mail, as: caller)
            _ = try await rag.ready("Printer offline", Articles.printer, as: caller)

            for query in ["vpn certificate expired", "0x80070005", "80070005", "VPN-GW-01"] {
                let results = try await rag.search(query, as: caller)
                #expect(results.first?.documentID == vpn, "\(query)")
            }
            #expect(try await rag.search("quantum chromodynamics", as: caller).isEmpty)

            let answer = try await rag.answer("Why does the VPN client stop with error 0x80070005?", as: caller)
            #expect(answer.answered)
            #expect(answer.mode == .extractive)
            #expect(answer.answer.contains("the device certificate has expired"))
            let text = try await rag.text(of: vpn, as: caller)
            #expect(!answer.citations.isEmpty)
            for citation in answer.citations {
                #expect(citation.documentID == vpn)
                #expect(text[citation.start..<citation.end].elementsEqual(citation.quote.unicodeScalars))
            }

            let unknown = try await rag.answer("How many holidays does an employee have in Norway?", as: caller)
            #expect(!unknown.answered)
            #expect(unknown.citations.isEmpty)
            #expect(unknown.answer == ExtractiveAnswer.noAnswer)
        }
    }

    @Test("the text of every result is what stands at its offsets, in HTML and beyond the basic plane too")
    func offsets() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let html =
                "<h1>Caf\u{E9} 🙂</h1><script>no</script>"
                + (1...60).map { "<p>Paragraph \($0) of the caf\u{E9} 🙂 says &amp; repeats itself at length.</p>" }
                .joined()
            let id = try await rag.submit(DocumentSubmission(content: html, mimeType: "text/html"), as: caller)
            let document = try await rag.settled(id, as: caller)
            #expect(document.title == "Caf\u{E9} 🙂")
            #expect(document.chunks > 3)
            let text = try await rag.text(of: id, as: caller)
            let results = try await rag.search("cafe paragraph", as: caller)
            #expect(results.count > 3)
            for result in results {
                #expect(text[result.start..<result.end].elementsEqual(result.text.unicodeScalars))
            }
        }
    }

    @Test("new content answers once it is indexed, and the same content again is no work")
    func replace() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.ready("Printer", Articles.printer, as: caller)
            let same = try await rag.service.call(
                "PUT", "/v1/documents/\(id)", body: DocumentSubmission(title: "Printer", content: Articles.printer),
                as: caller)
            #expect(same.status == 202)
            #expect(try same.decode(DocumentReceipt.self).status == .ready)
            #expect(try await rag.settled(id, as: caller).generation == 1)

            let changed = try await rag.service.call(
                "PUT", "/v1/documents/\(id)", body: DocumentSubmission(content: "Use the scanner in room 7."),
                as: caller)
            #expect(changed.status == 202)
            let document = try await rag.settled(id, as: caller)
            #expect(document.generation == 2)
            #expect(document.searchableGeneration == 2)
            #expect(document.title == "Printer")
            #expect(try await rag.search("spooler", as: caller).isEmpty)
            #expect(try await rag.search("scanner", as: caller).map(\.documentID) == [id])
        }
    }

    @Test("a deleted document is gone from the next query and leaves nothing behind")
    func delete() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.ready("Printer", Articles.printer, as: caller)
            #expect(try await rag.service.call("DELETE", "/v1/documents/\(id)", as: caller).status == 204)
            #expect(try await rag.search("spooler", as: caller).isEmpty)
            #expect(try await rag.service.call("GET", "/v1/documents/\(id)", as: caller).status == 404)
            #expect(try await rag.service.call("DELETE", "/v1/documents/\(id)", as: caller).status == 404)
            let behind = try rag.database.makePool()
            for table in ["documents", "revisions", "chunks", "postings", "indexed_terms", "jobs"] {
                let rows = try await behind.query("SELECT count(*) AS n FROM rag.\(identifier: table)")
                #expect(try rows[0].decode("n", as: Int64.self) == 0, "\(table)")
            }
            let statistics = try await behind.query("SELECT * FROM rag.corpus_statistics")
            for column in ["documents", "document_terms", "chunks", "chunk_terms"] {
                #expect(try statistics[0].decode(column, as: Int64.self) == 0, "\(column)")
            }
            await behind.shutDown()
        }
    }

    @Test("metadata and knowledge bases narrow a search")
    func filters() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            var ids: [DocumentID] = []
            for (index, base) in ["hr", "it", "it"].enumerated() {
                ids.append(
                    try await rag.submit(
                        DocumentSubmission(
                            title: "Badge \(index)", content: "How to order a badge.",
                            metadata: [
                                "floor": .number(Double(index)), "open": .boolean(index == 2), "site": .text("Bern"),
                            ],
                            knowledgeBase: base), as: caller))
            }
            for id in ids { try await rag.settled(id, as: caller) }
            func found(_ body: String) async throws -> Set<DocumentID> {
                let answer = try await rag.service.call("POST", "/v1/search", json: body, as: caller)
                #expect(answer.status == 200, "\(answer.text)")
                return Set(try answer.decode(SearchResponse.self).results.map(\.documentID))
            }
            #expect(try await found(#"{"query":"badge"}"#) == Set(ids))
            #expect(try await found(#"{"query":"badge","knowledge_base":"it"}"#) == Set(ids[1...]))
            #expect(try await found(#"{"query":"badge","filter":{"floor":0}}"#) == [ids[0]])
            #expect(try await found(#"{"query":"badge","filter":{"floor":[0,1],"site":"Bern"}}"#) == Set(ids[..<2]))
            #expect(try await found(#"{"query":"badge","filter":{"open":true}}"#) == [ids[2]])
            #expect(try await found(#"{"query":"badge","filter":{"floor":"0"}}"#).isEmpty)
            let bases = try await rag.service.call("GET", "/v1/knowledge-bases", as: caller)
                .decode(KnowledgeBaseList.self)
            #expect(bases.data == [.init(name: "hr", documents: 1), .init(name: "it", documents: 2)])
        }
    }

    @Test("a list comes in pages that leave out and repeat nothing")
    func pages() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            var ids: [DocumentID] = []
            for index in 0..<7 {
                ids.append(try await rag.submit(DocumentSubmission(content: "Note \(index)"), as: caller))
            }
            var seen: [DocumentID] = []
            var cursor: String?
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await rag.service.call("GET", "/v1/documents?limit=3\(query)", as: caller)
                    .decode(DocumentList.self)
                seen += page.data.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(Set(seen) == Set(ids))
            #expect(seen.count == ids.count)
        }
    }

    @Test("an Idempotency-Key makes one document of two requests, and refuses another body")
    func idempotency() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            let note = DocumentSubmission(content: "A note")
            let first = try await rag.submit(note, as: caller, headers: ["Idempotency-Key": "k1"])
            #expect(try await rag.submit(note, as: caller, headers: ["Idempotency-Key": "k1"]) == first)
            let other = try await rag.service.call(
                "POST", "/v1/documents", body: DocumentSubmission(content: "Another"), as: caller,
                headers: ["Idempotency-Key": "k1"])
            #expect(other.status == 422)
            #expect(other.problem?.code == .idempotencyConflict)
            let stranger = try await rag.submit(note, as: RagFixture.tenant(), headers: ["Idempotency-Key": "k1"])
            #expect(stranger != first)
        }
    }

    @Test("what was done is in the journal: ingestion, search and answer to pay for, and who did it")
    func journal() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            let id = try await rag.ready("Printer", Articles.printer, as: caller)
            _ = try await rag.search("spooler", as: caller)
            _ = try await rag.answer("How do I restart the print spooler?", as: caller)
            let usage = try rag.service.journal(.usage).joined()
            for kind in ["ingestion", "search", "answer"] { #expect(usage.contains(#""kind":"\#(kind)""#)) }
            let audit = try rag.service.journal(.audit)
            #expect(audit.contains { $0.contains("document.create") && $0.contains("document:\(id)") })
            #expect(audit.contains { $0.contains("answer.create") && $0.contains("chunk:") })
            #expect(!audit.joined().contains("spooler"))
        }
    }
}
