import Contracts
import Foundation
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite("Bad input")
struct BadInputTests {
    private static let documents: [(body: String, status: Int, field: String?)] = [
        ("{", 400, nil), ("[]", 422, nil), (#"{"title":"x"}"#, 422, "content"), (#"{"content":""}"#, 422, "content"),
        (#"{"content":" \n\t"}"#, 422, "content"), (#"{"content":"a\u0000b"}"#, 422, nil),
        (#"{"content":"x","title":""}"#, 422, "title"), (#"{"content":"x","mime_type":"image/png"}"#, 415, nil),
        (#"{"content":"x","knowledge_base":" "}"#, 422, "knowledge_base"), (#"{"content":5}"#, 422, "content"),
        (#"{"content":"x","metadata":{"a":[1]}}"#, 422, nil), (#"{"content":"\ud800"}"#, 422, nil),
    ]

    @Test("a document that cannot be taken is refused with the reason")
    func documents() async throws {
        try await RagFixture.run(runsWorkers: false, settings: ["MAXIMUM_DOCUMENT_BYTES": "2000"]) { rag in
            let caller = RagFixture.tenant()
            for (body, status, field) in Self.documents {
                let answer = try await rag.service.call("POST", "/v1/documents", json: body, as: caller)
                #expect(answer.status == status, "\(body): \(answer.text)")
                if let field { #expect(answer.problem?.errors?.first?.field == field, "\(body): \(answer.text)") }
            }
            let large = DocumentSubmission(content: String(repeating: "x", count: 2_001))
            #expect(try await rag.service.call("POST", "/v1/documents", body: large, as: caller).status == 413)
            let plain = try await rag.service.call(
                "POST", "/v1/documents", json: "hello", as: caller, headers: ["Content-Type": "text/plain"])
            #expect(plain.status == 415)
            #expect(try await rag.service.call("GET", "/v1/documents/none", as: caller).status == 404)
            #expect(try await rag.service.call("GET", "/v1/documents?limit=0", as: caller).status == 422)
            #expect(try await rag.service.call("GET", "/v1/documents?cursor=x", as: caller).status == 422)
        }
    }

    @Test("a query that cannot be run is refused with the reason")
    func queries() async throws {
        try await RagFixture.run(runsWorkers: false) { rag in
            let caller = RagFixture.tenant()
            let bodies = [
                "{}", #"{"query":" "}"#, #"{"query":"x","limit":0}"#, #"{"query":"x","limit":101}"#,
                #"{"query":"x","filter":{"a":[]}}"#,
                #"{"query":"\#(String(repeating: "x", count: 20_001))"}"#,
            ]
            for body in bodies {
                let answer = try await rag.service.call("POST", "/v1/search", json: body, as: caller)
                #expect(answer.status == 422, "\(body.prefix(60)): \(answer.text)")
            }
            for query in ["'", "\\\"", "%", "a' OR 1=1 --", "🙂", "the of and", "{{", "\\u0301"] {
                let answer = try await rag.service.call(
                    "POST", "/v1/search", json: #"{"query":"\#(query)"}"#, as: caller)
                #expect(answer.status == 200, "\(query): \(answer.text)")
            }
        }
    }

    @Test("a file is taken as multipart form data, and broken ones are refused")
    func multipart() async throws {
        try await RagFixture.run { rag in
            let caller = RagFixture.tenant()
            func send(_ body: String, boundary: String = "XX") async throws -> ServiceTestResponse {
                try await rag.service.call(
                    "POST", "/v1/documents", json: body, as: caller,
                    headers: ["Content-Type": "multipart/form-data; boundary=\(boundary)"])
            }
            let good =
                "--XX\r\nContent-Disposition: form-data; name=\"knowledge_base\"\r\n\r\nit\r\n--XX\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"Badge order.md\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n# Badge\n\nOrder a badge.\r\n--XX--\r\n"
            let answer = try await send(good)
            #expect(answer.status == 202, "\(answer.text)")
            let document = try await rag.settled(try answer.decode(DocumentReceipt.self).id, as: caller)
            #expect(document.title == "Badge order")
            #expect(document.knowledgeBase == "it")
            #expect(document.mimeType == "text/markdown")
            #expect(try await send(good, boundary: "YY").status == 400)
            #expect(try await send(String(good.dropLast(6))).status == 400)
            #expect(try await send("--XX--\r\n").status == 422)
            #expect(try await send(good.replacing("Badge order.md", with: "badge.exe")).status == 415)
        }
    }
}
