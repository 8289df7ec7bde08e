import Foundation

/// A server of one's own with OpenAI's interface, such as vLLM, Ollama or llama.cpp: it takes any key or none, knows no
/// responses, leaves out what only OpenAI says, and its errors have the status as their code (vLLM,
/// `vllm/entrypoints/openai`, `ErrorResponse`).
package struct FakeCompatible: FakeVendor {
    package init() {}

    package var kind: String { "openai-compatible" }
    package var basePath: String { "/v1" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        arrival.header("authorization").map { $0 == "Bearer \(key)" } ?? true
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        switch arrival.path {
        case "/v1/chat/completions": .chat(try FakeOpenAIWords.question(try [String: Any](json: arrival.body)))
        case "/v1/embeddings": .embeddings(try FakeOpenAIWords.embeddings(try [String: Any](json: arrival.body)))
        case "/v1/models": .models
        default: throw .unknownPath
        }
    }

    private static let unsaid = ["system_fingerprint", "service_tier"]

    private func without(_ body: [String: Any]) -> [String: Any] {
        body.filter { !Self.unsaid.contains($0.key) }
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var body = without(FakeOpenAIWords.answer(reply))
        body["choices"] = body.objects("choices").map { $0.merging(["stop_reason": NSNull()]) { $1 } }
        body["prompt_logprobs"] = NSNull()
        if !reply.hidesUsage {
            body["usage"] = [
                "prompt_tokens": reply.promptTokens, "completion_tokens": reply.completionTokens,
                "total_tokens": reply.promptTokens + reply.completionTokens,
                "prompt_tokens_details": reply.cachedTokens > 0
                    ? ["cached_tokens": reply.cachedTokens] as Any : NSNull(),
            ]
        }
        return body
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        FakeStream(
            pieces: FakeOpenAIWords.chunks(reply).map { FakeProviderAnswer.event(without($0)) },
            ending: FakeOpenAIWords.done)
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] { FakeOpenAIWords.embeddings(batch) }

    package func error(_ refusal: FakeRefusal) -> [String: Any] {
        let type =
            switch refusal.status {
            case 401: "Unauthorized"
            case 404: "NotFoundError"
            case 500...: "InternalServerError"
            default: "BadRequestError"
            }
        return [
            "error": [
                "message": refusal.message, "type": type, "param": refusal.parameter as Any? ?? NSNull(),
                "code": refusal.status,
            ] as [String: Any]
        ]
    }

    package var errorEvent: [UInt8] {
        FakeProviderAnswer.event(error(FakeRefusal(status: 500, message: "EngineDeadError")))
    }

    package var models: [String: Any] { FakeOpenAIWords.models }
}
