import Foundation

/// OpenAI's chat completions, responses and embeddings.
package struct FakeOpenAI: FakeVendor {
    package init() {}

    package var kind: String { "openai" }
    package var basePath: String { "/v1" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        arrival.header("authorization") == "Bearer \(key)"
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        switch arrival.path {
        case "/v1/chat/completions": .chat(try FakeOpenAIWords.question(try [String: Any](json: arrival.body)))
        case "/v1/responses": .chat(try FakeResponses.question(try [String: Any](json: arrival.body)))
        case "/v1/embeddings": .embeddings(try FakeOpenAIWords.embeddings(try [String: Any](json: arrival.body)))
        case "/v1/models": .models
        default: throw .unknownPath
        }
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        reply.question.response.map { FakeResponses.answer(reply, $0) } ?? FakeOpenAIWords.answer(reply)
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        if let asked = reply.question.response { return FakeResponses.stream(reply, asked) }
        return FakeStream(
            pieces: FakeOpenAIWords.chunks(reply).map { FakeProviderAnswer.event($0) }, ending: FakeOpenAIWords.done)
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] { FakeOpenAIWords.embeddings(batch) }

    package func error(_ refusal: FakeRefusal) -> [String: Any] { FakeOpenAIWords.error(refusal) }

    package var errorEvent: [UInt8] {
        FakeProviderAnswer.event([
            "error": ["message": "overloaded", "type": "server_error", "param": NSNull(), "code": NSNull()]
        ])
    }

    package var models: [String: Any] { FakeOpenAIWords.models }
}
