import Foundation

/// Google's Gemini API, `v1beta`, and `v1`, which the client from PyPI calls since its version 3.
package struct FakeGemini: FakeVendor {
    package init() {}

    package var kind: String { "google-gemini" }
    package var basePath: String { "" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        arrival.header("x-goog-api-key") == key
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        guard let version = ["/v1beta", "/v1"].first(where: { arrival.path.hasPrefix("\($0)/models") }) else {
            throw .unknownPath
        }
        if arrival.path == "\(version)/models", arrival.method == "GET" { return .models }
        let parts = arrival.path.dropFirst("\(version)/models/".count).split(separator: ":", maxSplits: 1).map(
            String.init)
        guard parts.count == 2, let model = parts[0].removingPercentEncoding else { throw .unknownPath }
        let json = try [String: Any](json: arrival.body)
        switch parts[1] {
        case "generateContent": return .chat(try question(json, model, streams: false))
        case "streamGenerateContent" where arrival.query?.contains("alt=sse") == true:
            return .chat(try question(json, model, streams: true))
        case "batchEmbedContents": return .embeddings(try batch(json, model))
        default: throw .unknownPath
        }
    }

    private func question(
        _ json: [String: Any], _ model: String, streams: Bool
    ) throws(FakeRefusal) -> FakeQuestion {
        let contents = json.objects("contents")
        guard let last = contents.last else {
            throw .invalid("* GenerateContentRequest.contents: contents is not specified")
        }
        var texts = json.object("systemInstruction").map { [text($0)] } ?? []
        texts += contents.map(text)
        let configuration = json.object("generationConfig") ?? [:]
        var question = FakeQuestion(model: model, texts: texts)
        question.isAsked =
            last.string("role") != "model" && !last.objects("parts").contains { $0["functionResponse"] != nil }
        if json.object("toolConfig")?.object("functionCallingConfig")?.string("mode") != "NONE" {
            question.tool = json.objects("tools").first?.objects("functionDeclarations").first?.string("name")
        }
        question.limit = configuration.integer("maxOutputTokens")
        question.choices = configuration.integer("candidateCount") ?? 1
        question.streams = streams
        question.wantsJSON = configuration.string("responseMimeType") == "application/json"
        return question
    }

    private func text(_ content: [String: Any]) -> String {
        content.objects("parts").compactMap { part in
            part.string("text")
                ?? part.object("functionResponse")?.object("response").map { response in
                    response.keys.sorted().compactMap { response.string($0) }.joined(separator: " ")
                }
        }.joined(separator: " ")
    }

    private func batch(_ json: [String: Any], _ model: String) throws(FakeRefusal) -> FakeEmbeddings {
        let requests = json.objects("requests")
        guard !requests.isEmpty, requests.allSatisfy({ $0.string("model") == "models/\(model)" }) else {
            throw .invalid("* BatchEmbedContentsRequest.requests: model does not match")
        }
        return FakeEmbeddings(
            model: model, inputs: requests.map { text($0.object("content") ?? [:]) },
            dimensions: requests[0].integer("outputDimensionality") ?? FakeEmbeddings.defaultDimensions)
    }

    // MARK: Answers

    private func body(_ reply: FakeReply, _ candidates: [[String: Any]], counted: Int64?) -> [String: Any] {
        var body: [String: Any] = [
            "candidates": candidates, "modelVersion": reply.question.model, "responseId": "fake0001",
        ]
        if let counted, !reply.hidesUsage { body["usageMetadata"] = usage(reply, counted) }
        return body
    }

    /// Thoughts are counted apart.
    private func usage(_ reply: FakeReply, _ counted: Int64) -> [String: Any] {
        var usage: [String: Any] = [
            "promptTokenCount": reply.promptTokens, "candidatesTokenCount": counted,
            "totalTokenCount": reply.promptTokens + counted + reply.reasoningTokens,
        ]
        if reply.reasoningTokens > 0 { usage["thoughtsTokenCount"] = reply.reasoningTokens }
        if reply.cachedTokens > 0 { usage["cachedContentTokenCount"] = reply.cachedTokens }
        return usage
    }

    private func candidate(_ parts: [[String: Any]], _ index: Int, finish: String?) -> [String: Any] {
        var candidate: [String: Any] = ["index": index, "content": ["role": "model", "parts": parts] as [String: Any]]
        candidate["finishReason"] = finish
        return candidate
    }

    private func finish(_ reply: FakeReply) -> String { reply.isCutShort && reply.tool == nil ? "MAX_TOKENS" : "STOP" }

    private func call(_ reply: FakeReply) -> [String: Any] {
        [
            "functionCall": ["name": reply.tool ?? "", "args": reply.arguments] as [String: Any],
            "thoughtSignature": "RmFrZQ==",
        ]
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var parts: [[String: Any]] = reply.thoughts.isEmpty ? [] : [["text": reply.thought, "thought": true]]
        parts.append(reply.tool == nil ? ["text": reply.text] : call(reply))
        let candidates = (0..<reply.question.choices).map { candidate(parts, $0, finish: finish(reply)) }
        return body(reply, candidates, counted: reply.completionTokens - reply.reasoningTokens)
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        var parts: [[String: Any]] = reply.thoughtPieces.map { ["text": $0, "thought": true] }
        parts += reply.tool == nil ? reply.pieces.map { ["text": $0] } : [call(reply)]
        let total = reply.completionTokens - reply.reasoningTokens
        let chunks = parts.enumerated().map { index, part in
            let isLast = index == parts.count - 1
            return body(
                reply, [candidate([part], 0, finish: isLast ? finish(reply) : nil)],
                counted: isLast ? total : min(total, Int64(index)))
        }
        return FakeStream(pieces: chunks.map { FakeProviderAnswer.event($0) })
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] {
        ["embeddings": batch.vectors.map { ["values": $0.map(Double.init)] }]
    }

    package func error(_ refusal: FakeRefusal) -> [String: Any] {
        // A wrong key is a bad request.
        let status =
            switch refusal.status {
            case 400: "INVALID_ARGUMENT"
            case 401: "UNAUTHENTICATED"
            case 403: "PERMISSION_DENIED"
            case 404: "NOT_FOUND"
            case 429: "RESOURCE_EXHAUSTED"
            case 503: "UNAVAILABLE"
            case 504: "DEADLINE_EXCEEDED"
            default: "INTERNAL"
            }
        return ["error": ["code": refusal.status, "message": refusal.message, "status": status] as [String: Any]]
    }

    package var errorEvent: [UInt8] {
        FakeProviderAnswer.event(error(FakeRefusal(status: 503, message: "The model is overloaded.")))
    }

    package var models: [String: Any] {
        ["models": [["name": "models/fake-chat", "version": "001", "displayName": "Fake"]]]
    }
}
