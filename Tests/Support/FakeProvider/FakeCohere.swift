import Foundation

/// Cohere's chat and embeddings, version 2.
package struct FakeCohere: FakeVendor {
    package init() {}

    package var kind: String { "cohere" }
    package var basePath: String { "" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        arrival.header("authorization") == "Bearer \(key)"
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        switch arrival.path {
        case "/v2/chat": return .chat(try question(try [String: Any](json: arrival.body)))
        case "/v2/embed":
            let json = try [String: Any](json: arrival.body)
            guard json.string("input_type") != nil else { throw .invalid("input_type is required") }
            guard (json["texts"] as? [String] ?? []).count <= 96 else {
                throw .invalid("invalid request: total number of texts must be at most 96")
            }
            return .embeddings(
                FakeEmbeddings(
                    model: json.string("model") ?? "", inputs: json["texts"] as? [String] ?? [],
                    dimensions: json.integer("output_dimension") ?? FakeEmbeddings.defaultDimensions))
        case "/v1/models": return .models
        default: throw .unknownPath
        }
    }

    private func question(_ json: [String: Any]) throws(FakeRefusal) -> FakeQuestion {
        guard let model = json.string("model") else { throw .invalid("model is required") }
        let messages = json.objects("messages")
        guard let last = messages.last else { throw .invalid("invalid request: messages must be at least 1") }
        var question = FakeQuestion(model: model, texts: messages.map { FakeOpenAIWords.text($0["content"]) })
        question.isAsked = last.string("role") == "user"
        if json.string("tool_choice") != "NONE" {
            question.tool = json.objects("tools").first?.object("function")?.string("name")
        }
        question.limit = json.integer("max_tokens")
        question.streams = json.flag("stream")
        question.wantsJSON = json.object("response_format")?.string("type") == "json_object"
        return question
    }

    // MARK: Answers

    private func finish(_ reply: FakeReply) -> String {
        reply.tool != nil ? "TOOL_CALL" : reply.isCutShort ? "MAX_TOKENS" : "COMPLETE"
    }

    private func usage(_ reply: FakeReply) -> [String: Any] {
        [
            "billed_units": ["input_tokens": reply.promptTokens, "output_tokens": reply.completionTokens],
            "tokens": ["input_tokens": reply.promptTokens + 66, "output_tokens": reply.completionTokens + 2],
            "cached_tokens": reply.cachedTokens,
        ]
    }

    private func call(_ reply: FakeReply, arguments: String) -> [String: Any] {
        [
            "id": "\(reply.tool ?? "")_fake0001", "type": "function",
            "function": ["name": reply.tool ?? "", "arguments": arguments],
        ]
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var message: [String: Any] = ["role": "assistant"]
        if reply.tool == nil {
            let thoughts = reply.thoughts.isEmpty ? [] : [["type": "thinking", "thinking": reply.thought]]
            message["content"] = thoughts + [["type": "text", "text": reply.text]]
        } else {
            message["tool_plan"] = "I will call it."
            message["tool_calls"] = [call(reply, arguments: reply.argumentsText)]
        }
        var body: [String: Any] = ["id": "fake0001", "finish_reason": finish(reply), "message": message]
        if !reply.hidesUsage { body["usage"] = usage(reply) }
        return body
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        var events: [[String: Any]] = [
            [
                "type": "message-start", "id": "fake0001",
                "delta": [
                    "message": [
                        "role": "assistant", "content": [Any](), "tool_plan": "", "tool_calls": [Any](),
                        "citations": [Any](),
                    ] as [String: Any]
                ],
            ]
        ]
        func delta(_ type: String, _ index: Int?, _ message: [String: Any]) {
            var event: [String: Any] = ["type": type, "delta": ["message": message]]
            event["index"] = index
            events.append(event)
        }
        func content(_ index: Int, _ type: String, _ pieces: [String]) {
            delta("content-start", index, ["content": ["type": type, type: ""]])
            for piece in pieces { delta("content-delta", index, ["content": [type: piece]]) }
            events.append(["type": "content-end", "index": index])
        }
        if reply.tool != nil {
            delta("tool-plan-delta", nil, ["tool_plan": "I will call it."])
            delta("tool-call-start", 0, ["tool_calls": call(reply, arguments: "")])
            delta("tool-call-delta", 0, ["tool_calls": ["function": ["arguments": reply.argumentsText]]])
            events.append(["type": "tool-call-end", "index": 0])
        } else {
            if !reply.thoughts.isEmpty { content(0, "thinking", reply.thoughtPieces) }
            content(reply.thoughts.isEmpty ? 0 : 1, "text", reply.pieces)
        }
        var end: [String: Any] = ["finish_reason": finish(reply)]
        if !reply.hidesUsage { end["usage"] = usage(reply) }
        return FakeStream(
            pieces: events.map(named), ending: named(["type": "message-end", "id": "fake0001", "delta": end]))
    }

    private func named(_ event: [String: Any]) -> [UInt8] {
        FakeProviderAnswer.event(event, named: event.string("type"))
    }

    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] {
        [
            "id": "fake0001", "response_type": "embeddings_by_type", "texts": batch.inputs,
            "embeddings": ["float": batch.vectors.map { $0.map(Double.init) }],
            "meta": ["api_version": ["version": "2"], "billed_units": ["input_tokens": batch.promptTokens]]
                as [String: Any],
        ]
    }

    package func error(_ refusal: FakeRefusal) -> [String: Any] { ["id": "fake0001", "message": refusal.message] }

    package var errorEvent: [UInt8] {
        named([
            "type": "message-end", "id": "fake0001",
            "delta": ["finish_reason": "ERROR", "error": "the model failed"],
        ])
    }

    package var models: [String: Any] { ["models": [["name": "fake-chat", "endpoints": ["chat"]] as [String: Any]]] }
}
