import Foundation

/// Mistral: OpenAI's words, but no member that is not known, ids of nine letters and digits, usage in the last chunk.
package struct FakeMistral: FakeVendor {
    package init() {}

    package var kind: String { "mistral" }
    package var basePath: String { "" }

    private static let members: Set<String> = [
        "model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata",
        "response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction",
        "parallel_tool_calls", "prompt_mode", "safe_prompt", "reasoning_effort", "top_k", "logprobs", "top_logprobs",
        "guardrails", "prompt_cache_key",
    ]
    private static let messageMembers: Set<String> = [
        "role", "content", "tool_calls", "tool_call_id", "name", "prefix",
    ]

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        arrival.header("authorization") == "Bearer \(key)"
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        switch arrival.path {
        case "/v1/chat/completions":
            let json = try [String: Any](json: arrival.body)
            try check(json)
            var question = try FakeOpenAIWords.question(json)
            question.includesUsage = true
            if let last = json.objects("messages").last, last.string("role") == "assistant" {
                guard last.flag("prefix") else {
                    throw .invalid("Expected last role User or Tool (or Assistant with prefix True) for serving")
                }
                question.beginning = question.texts.last
                question.repeatsBeginning = true
            }
            return .chat(question)
        case "/v1/embeddings": return .embeddings(try FakeOpenAIWords.embeddings(try [String: Any](json: arrival.body)))
        case "/v1/models": return .models
        default: throw .unknownPath
        }
    }

    private func check(_ json: [String: Any]) throws(FakeRefusal) {
        try check(json, Self.members, "")
        for (index, message) in json.objects("messages").enumerated() {
            try check(message, Self.messageMembers, "messages.\(index).")
            let ids = message.objects("tool_calls").compactMap { $0.string("id") }
            for id in ids + [message.string("tool_call_id")].compactMap({ $0 }) {
                guard id.utf8.count == 9, id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
                    throw .invalid("Tool call id was \(id) but must be a-z, A-Z, 0-9, with a length of 9.")
                }
            }
        }
    }

    private func check(_ json: [String: Any], _ known: Set<String>, _ place: String) throws(FakeRefusal) {
        guard let name = json.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw FakeRefusal(
            status: 422, message: "Extra inputs are not permitted", parameter: place + name, code: "extra_forbidden")
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var body = FakeOpenAIWords.answer(reply, callID: "fake00001")
        body["choices"] = body.objects("choices").map { choice in
            var message = choice.object("message") ?? [:]
            message["refusal"] = nil
            message["annotations"] = nil
            message["reasoning_content"] = nil
            message["content"] = content(reply.tool == nil ? reply.text : "", thought: reply.thought)
            return choice.merging(["message": message]) { $1 }
        }
        return plain(body)
    }

    private func content(_ text: String, thought: String) -> Any {
        guard !thought.isEmpty else { return text }
        return [
            ["type": "thinking", "thinking": [["type": "text", "text": thought]]] as [String: Any],
            ["type": "text", "text": text],
        ]
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        var chunks = FakeOpenAIWords.chunks(reply, callID: "fake00001").map { plain($0) }
        // What was used stands in the chunk that says why the answer ends.
        let usage = chunks.last?["usage"]
        if usage is [String: Any] { chunks.removeLast() }
        chunks = chunks.map { chunk in
            var chunk = chunk
            chunk["usage"] = nil
            chunk["choices"] = chunk.objects("choices").map { choice in
                var choice = choice
                var delta = choice.object("delta") ?? [:]
                delta["refusal"] = nil
                if let thought = delta["reasoning_content"] as? String {
                    delta = ["content": [["type": "thinking", "thinking": [["type": "text", "text": thought]]]]]
                }
                if !(delta["content"] is [Any]) { delta["content"] = delta["content"] as? String ?? "" }
                choice["delta"] = delta
                choice["logprobs"] = nil
                return choice
            }
            return chunk
        }
        if let usage = usage as? [String: Any], var last = chunks.popLast() {
            last["usage"] = usage
            chunks.append(last)
        }
        return FakeStream(pieces: chunks.map { FakeProviderAnswer.event($0) }, ending: FakeOpenAIWords.done)
    }

    private func plain(_ body: [String: Any]) -> [String: Any] {
        body.filter { $0.key != "system_fingerprint" && $0.key != "service_tier" }
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] {
        var body = FakeOpenAIWords.embeddings(batch)
        body["id"] = "embd-fake0001"
        body["usage"] = [
            "prompt_tokens": batch.promptTokens, "completion_tokens": 0, "total_tokens": batch.promptTokens,
        ]
        return body
    }

    package func error(_ refusal: FakeRefusal) -> [String: Any] {
        switch refusal.status {
        case 401: return ["detail": "Unauthorized"]
        case 422 where refusal.parameter != nil:
            let place: [String] = (refusal.parameter ?? "").split(separator: ".").map(String.init)
            return [
                "detail": [
                    ["type": refusal.code ?? "", "loc": ["body"] + place, "msg": refusal.message] as [String: Any]
                ]
            ]
        default:
            return [
                "object": "error", "message": refusal.message, "param": NSNull(), "code": "1500",
                "type": refusal.code == "model_not_found" ? "invalid_model" : "invalid_request_error",
            ]
        }
    }

    package var errorEvent: [UInt8] {
        FakeProviderAnswer.event([
            "object": "error", "message": "Service unavailable.", "type": "unreachable_backend", "param": NSNull(),
            "code": "1100",
        ])
    }

    package var models: [String: Any] { FakeOpenAIWords.models }
}
