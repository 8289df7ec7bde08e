import Foundation

/// OpenAI at Azure: addresses by deployment, the key in `api-key`, results of the content filter in every answer.
package struct FakeAzure: FakeVendor {
    package init() {}

    package var kind: String { "azure-openai" }
    package var basePath: String { "" }

    private static var passed: [String: Any] {
        ["hate": ["filtered": false, "severity": "safe"], "violence": ["filtered": false, "severity": "safe"]]
    }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool { arrival.header("api-key") == key }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        let path = arrival.path.split(separator: "/").map(String.init)
        guard path.first == "openai" else { throw .unknownPath }
        if path.last == "models" { return .models }
        if path.dropFirst().first == "v1" { return try demand(path.dropFirst(2), model: nil, arrival) }
        guard path.count > 3, path[1] == "deployments", let model = path[2].removingPercentEncoding else {
            throw .unknownPath
        }
        guard arrival.query?.hasPrefix("api-version=") == true else {
            throw FakeRefusal(status: 404, message: "Resource not found", code: "404")
        }
        return try demand(path.dropFirst(3), model: model, arrival)
    }

    private func demand(
        _ path: ArraySlice<String>, model: String?, _ arrival: FakeProvider.Arrival
    ) throws(FakeRefusal) -> FakeDemand {
        let json = try [String: Any](json: arrival.body)
        switch path.joined(separator: "/") {
        case "chat/completions":
            let question = try FakeOpenAIWords.question(json, model: model)
            if question.texts.contains(where: { $0.contains("forbidden words") }) {
                throw FakeRefusal(
                    status: 400, message: "The response was filtered due to the prompt triggering the policy.",
                    parameter: "prompt", code: "content_filter")
            }
            return .chat(question)
        case "embeddings": return .embeddings(try FakeOpenAIWords.embeddings(json, model: model))
        default: throw .unknownPath
        }
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var body = FakeOpenAIWords.answer(reply)
        body["prompt_filter_results"] = [["prompt_index": 0, "content_filter_results": Self.passed]]
        body["choices"] = body.objects("choices").map { $0.merging(["content_filter_results": Self.passed]) { $1 } }
        return body
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        let first: [String: Any] = [
            "choices": [Any](), "created": 0, "id": "", "model": "", "object": "",
            "prompt_filter_results": [["prompt_index": 0, "content_filter_results": Self.passed]],
        ]
        let chunks = FakeOpenAIWords.chunks(reply).map { chunk in
            chunk.merging([
                "choices": chunk.objects("choices").map { $0.merging(["content_filter_results": [:]]) { $1 } }
            ]) { $1 }
        }
        return FakeStream(
            pieces: ([first] + chunks).map { FakeProviderAnswer.event($0) }, ending: FakeOpenAIWords.done)
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] { FakeOpenAIWords.embeddings(batch) }

    package func error(_ refusal: FakeRefusal) -> [String: Any] {
        guard refusal.status != 401, refusal.status != 429 else {
            return ["error": ["code": String(refusal.status), "message": refusal.message]]
        }
        return FakeOpenAIWords.error(refusal)
    }

    package var errorEvent: [UInt8] { FakeOpenAI().errorEvent }
    package var models: [String: Any] { FakeOpenAIWords.models }
}
