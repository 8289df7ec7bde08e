import Contracts
import Foundation
import Hummingbird
import ServiceKit
import Support
import Testing

@testable import RagService

@Suite("Answers of a model")
struct GenerativeAnswerTests {
    private static let question = "Why does the VPN client stop with error 0x80070005?"
    private static let reply =
        "The client stops with error 0x80070005 because the device certificate has expired [1]. Call the king of Spain. [1]"

    private func run(
        _ behaviour: FakeGateway.Behaviour, _ body: @escaping @Sendable (RagFixture, FakeGateway) async throws -> Void
    ) async throws {
        try await FakeGateway.run(behaviour) { gateway, url in
            try await RagFixture.run(settings: ["SERVICES_GATEWAY_URL": url]) { rag in try await body(rag, gateway) }
        }
    }

    @Test("what a model wrote is cited word for word where a source bears it out, and not where none does")
    func grounded() async throws {
        try await run(.init(reply: Self.reply)) { rag, gateway in
            let caller = RagFixture.tenant()
            let id = try await rag.ready("VPN does not connect", Articles.vpn, as: caller)
            let answer = try await rag.answer(Self.question, as: caller)
            #expect(answer.mode == .generative)
            #expect(answer.answered)
            #expect(answer.model == "chat-small")
            #expect(answer.usage == AnswerUsage(promptTokens: 11, completionTokens: 7))
            #expect(answer.citations.count == 1)
            #expect(answer.answer.hasSuffix("Call the king of Spain."))
            let text = try await rag.text(of: id, as: caller)
            for citation in answer.citations {
                #expect(text[citation.start..<citation.end].elementsEqual(citation.quote.unicodeScalars))
                #expect(citation.quote.contains("certificate has expired"))
            }
            #expect(gateway.calls("chat") == 1)
            let audit = try rag.service.journal(.audit).joined()
            #expect(audit.contains("chat-small") && audit.contains("built-in:1"))
        }
    }

    @Test("a model that says nothing the sources bear out gives no answer")
    func unsupported() async throws {
        for reply in [ExtractiveAnswer.noAnswer, "The king of Spain lives in Madrid [1].", "Bananas [9]."] {
            try await run(.init(reply: reply)) { rag, _ in
                let caller = RagFixture.tenant()
                _ = try await rag.ready("VPN does not connect", Articles.vpn, as: caller)
                let answer = try await rag.answer(Self.question, as: caller)
                #expect(!answer.answered)
                #expect(answer.citations.isEmpty)
                #expect(answer.answer == ExtractiveAnswer.noAnswer)
            }
        }
    }

    @Test("a streamed answer comes in pieces and ends with its citations, or with an error when it broke off")
    func streamed() async throws {
        try await run(.init(reply: Self.reply)) { rag, gateway in
            let caller = RagFixture.tenant()
            _ = try await rag.ready("VPN does not connect", Articles.vpn, as: caller)
            let ask = AnswerRequest(question: Self.question, stream: true)
            let whole = try await rag.service.call("POST", "/v1/answers", body: ask, as: caller)
            #expect(whole.status == 200)
            #expect(whole.text.components(separatedBy: "event: delta").count > 5)
            let last = whole.text.components(separatedBy: "\n\n").dropLast().last ?? ""
            #expect(last.hasPrefix("event: answer\n"))
            #expect(last.contains("certificate has expired"))

            gateway.behaviour.isBroken = true
            let broken = try await rag.service.call("POST", "/v1/answers", body: ask, as: caller)
            let end = broken.text.components(separatedBy: "\n\n").dropLast().last ?? ""
            #expect(end.hasPrefix("event: error\n"))
            #expect(!broken.text.contains("event: answer"))
        }
    }

    @Test("with the model away the answer is made of sentences; a refusal by the budget is passed on")
    func failures() async throws {
        try await run(.init(reply: "x", status: .internalServerError)) { rag, gateway in
            let caller = RagFixture.tenant()
            _ = try await rag.ready("VPN does not connect", Articles.vpn, as: caller)
            let answer = try await rag.answer(Self.question, as: caller)
            #expect(answer.mode == .extractive)
            #expect(answer.answered)
            gateway.behaviour.models = []
            let ask = AnswerRequest(question: Self.question, model: "named")
            #expect(try await rag.service.call("POST", "/v1/answers", body: ask, as: caller).status >= 500)
        }
    }

    @Test("with an embedding model, what shares no word is found too; while it is away, words must do")
    func embeddings() async throws {
        try await run(.init()) { rag, gateway in
            let caller = RagFixture.tenant()
            let set = try await rag.service.call(
                "PUT", "/v1/knowledge-settings", body: KnowledgeSettings(embeddingModel: "embed"), as: caller)
            #expect(set.status == 200)
            let id = try await rag.ready("Listen", "silent", as: caller)
            _ = try await rag.ready("Zoo", "buzz buzz", as: caller)
            // No word in common, but the same letters.
            let found = try await rag.search("tinsel", as: caller)
            #expect(found.first?.documentID == id)
            #expect(gateway.calls("embeddings") == 3)
            gateway.behaviour.embeddingStatus = .serviceUnavailable
            #expect(try await rag.search("silent", as: caller).map(\.documentID) == [id])
            #expect(try await rag.search("tinsel", as: caller).isEmpty)
        }
    }

    @Test("documents are indexed anew when the embedding model changes")
    func newModel() async throws {
        try await run(.init()) { rag, gateway in
            let caller = RagFixture.tenant()
            let id = try await rag.ready("Listen", "silent", as: caller)
            #expect(try await rag.search("tinsel", as: caller).isEmpty)
            _ = try await rag.service.call(
                "PUT", "/v1/knowledge-settings", body: KnowledgeSettings(embeddingModel: "embed"), as: caller)
            var found: [SearchResult] = []
            for _ in 0..<200 where found.isEmpty {
                found = try await rag.search("tinsel", as: caller)
                try await Task.sleep(for: .milliseconds(25))
            }
            #expect(found.map(\.documentID) == [id])
        }
    }
}
