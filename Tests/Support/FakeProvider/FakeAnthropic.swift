import Foundation

/// Anthropic's Messages, versions `2023-06-01` and `2026-10-21`, of which the latter takes no numbers for sampling.
package struct FakeAnthropic: FakeVendor {
    package init() {}

    package var kind: String { "anthropic" }
    package var basePath: String { "" }

    package func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool {
        // The client from PyPI sends a bearer token since its version 2.
        arrival.header("x-api-key") == key || arrival.header("authorization") == "Bearer \(key)"
    }

    package func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand {
        let version = arrival.header("anthropic-version")
        guard let version, ["2023-06-01", "2026-10-21"].contains(version) else {
            throw .invalid("anthropic-version: header is required")
        }
        let betas = arrival.header("anthropic-beta")?.split(separator: ",").map { $0.filter { $0 != " " } } ?? []
        if let unknown = betas.first(where: { $0.hasPrefix("unknown") }) {
            throw .invalid("Unexpected value(s) `\(unknown)` for the `anthropic-beta` header.")
        }
        switch arrival.path {
        case "/v1/messages":
            let json = try [String: Any](json: arrival.body)
            let removed = ["temperature", "top_p", "top_k"].first { json[$0] != nil }
            if let removed, version != "2023-06-01" { throw .invalid("\(removed): Extra inputs are not permitted") }
            return .chat(try question(json))
        case "/v1/models": return .models
        default: throw .unknownPath
        }
    }

    private func question(_ json: [String: Any]) throws(FakeRefusal) -> FakeQuestion {
        guard let model = json.string("model") else { throw .invalid("model: Field required") }
        guard let limit = json.integer("max_tokens") else { throw .invalid("max_tokens: Field required") }
        let messages = json.objects("messages")
        guard let last = messages.last else { throw .invalid("messages: at least one message is required") }
        guard messages.first?.string("role") == "user" else {
            throw .invalid("messages: first message must use the \"user\" role")
        }
        var texts = json["system"].map { [text($0)] } ?? []
        for (index, message) in messages.enumerated() {
            try check(message, index)
            texts.append(text(message["content"]))
        }
        var question = FakeQuestion(model: model, texts: texts)
        question.limit = limit
        if last.string("role") == "assistant" { question.beginning = try beginning(texts.last ?? "", model) }
        let blocks = last.objects("content")
        question.isAsked = last.string("role") == "user" && !blocks.contains { $0.string("type") == "tool_result" }
        if json.object("tool_choice")?.string("type") != "none" {
            question.tool = json.objects("tools").first?.string("name")
        }
        question.streams = json.flag("stream")
        question.wantsJSON = json.object("output_config")?.object("format") != nil
        return question
    }

    private func beginning(_ text: String, _ model: String) throws(FakeRefusal) -> String {
        if model.contains("-4-6") {
            throw .invalid(
                "This model does not support assistant message prefill. The conversation must end with a user message.")
        }
        guard text.last?.isWhitespace != true else {
            throw .invalid("messages: final assistant content cannot end with trailing whitespace")
        }
        return text
    }

    private func check(_ message: [String: Any], _ index: Int) throws(FakeRefusal) {
        var hasOther = false
        for block in message.objects("content") {
            if block.string("type") == "text", block.string("text")?.isEmpty != false {
                throw .invalid("messages.\(index): text content blocks must be non-empty")
            }
            let isResult = block.string("type") == "tool_result"
            if isResult, hasOther { throw .invalid("messages.\(index): tool_result blocks must come first") }
            if !isResult { hasOther = true }
        }
    }

    /// A string, or the texts of blocks and of tools' results.
    private func text(_ content: Any?) -> String {
        if let text = content as? String { return text }
        let blocks = content as? [[String: Any]] ?? []
        return blocks.compactMap { $0.string("text") ?? $0["content"].map(text) }.joined(separator: " ")
    }

    // MARK: Answers

    private func message(_ reply: FakeReply, _ content: [[String: Any]], stop: Any) -> [String: Any] {
        [
            "id": "msg_fake0001", "type": "message", "role": "assistant", "model": reply.question.model,
            "content": content, "stop_reason": stop, "stop_sequence": NSNull(),
        ]
    }

    private func stop(_ reply: FakeReply) -> String {
        reply.tool != nil ? "tool_use" : reply.isCutShort ? "max_tokens" : "end_turn"
    }

    private func usage(_ reply: FakeReply, output: Int64) -> [String: Any] {
        [
            "input_tokens": reply.promptTokens - reply.cachedTokens, "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": reply.cachedTokens, "output_tokens": output, "service_tier": "standard",
        ]
    }

    package func answer(_ reply: FakeReply) -> [String: Any] {
        var content: [[String: Any]] = []
        if !reply.thoughts.isEmpty {
            content.append(["type": "thinking", "thinking": reply.thought, "signature": "RmFrZQ=="])
        }
        if let tool = reply.tool {
            content.append(["type": "tool_use", "id": "toolu_fake0001", "name": tool, "input": reply.arguments])
        } else {
            content.append(["type": "text", "text": reply.text])
        }
        var body = message(reply, content, stop: stop(reply))
        if !reply.hidesUsage {
            body["usage"] = usage(reply, output: reply.completionTokens).merging([
                "output_tokens_details": ["thinking_tokens": reply.reasoningTokens]
            ]) { $1 }
        }
        return body
    }

    package func stream(_ reply: FakeReply) -> FakeStream {
        var events: [[String: Any]] = []
        var start = message(reply, [], stop: NSNull())
        if !reply.hidesUsage { start["usage"] = usage(reply, output: 1) }
        events.append(["type": "message_start", "message": start])
        var index = 0
        func block(_ content: [String: Any], _ deltas: [[String: Any]]) {
            events.append(["type": "content_block_start", "index": index, "content_block": content])
            events += deltas.map { ["type": "content_block_delta", "index": index, "delta": $0] }
            events.append(["type": "content_block_stop", "index": index])
            index += 1
        }
        if !reply.thoughts.isEmpty {
            block(
                ["type": "thinking", "thinking": "", "signature": ""],
                reply.thoughtPieces.map { ["type": "thinking_delta", "thinking": $0] }
                    + [["type": "signature_delta", "signature": "RmFrZQ=="]])
        }
        events.append(["type": "ping"])
        if let tool = reply.tool {
            let text = reply.argumentsText
            block(
                ["type": "tool_use", "id": "toolu_fake0001", "name": tool, "input": [String: Any]()],
                ["", String(text.prefix(5)), String(text.dropFirst(5))].map {
                    ["type": "input_json_delta", "partial_json": $0]
                })
        } else {
            block(["type": "text", "text": ""], reply.pieces.map { ["type": "text_delta", "text": $0] })
        }
        var last: [String: Any] = [
            "type": "message_delta", "delta": ["stop_reason": stop(reply), "stop_sequence": NSNull()] as [String: Any],
        ]
        last["usage"] =
            reply.hidesUsage
            ? [:]
            : [
                "output_tokens": reply.completionTokens,
                "output_tokens_details": ["thinking_tokens": reply.reasoningTokens],
            ] as [String: Any]
        events.append(last)
        return FakeStream(pieces: events.map(named), ending: named(["type": "message_stop"]))
    }

    private func named(_ event: [String: Any]) -> [UInt8] {
        FakeProviderAnswer.event(event, named: event.string("type"))
    }

    /// Anthropic has none; its `demand` never asks for any.
    package func embeddings(_ batch: FakeEmbeddings) -> [String: Any] { [:] }

    package func error(_ refusal: FakeRefusal) -> [String: Any] {
        let type =
            switch refusal.status {
            case 401: "authentication_error"
            case 402: "billing_error"
            case 403: "permission_error"
            case 404: "not_found_error"
            case 413: "request_too_large"
            case 429: "rate_limit_error"
            case 504: "timeout_error"
            case 529: "overloaded_error"
            case 500...: "api_error"
            default: "invalid_request_error"
            }
        return [
            "type": "error", "error": ["type": type, "message": refusal.message], "request_id": "req_fake0001",
        ]
    }

    package var errorEvent: [UInt8] {
        named(["type": "error", "error": ["type": "overloaded_error", "message": "Overloaded"]])
    }

    package var models: [String: Any] {
        [
            "data": [
                [
                    "type": "model", "id": "fake-chat", "display_name": "Fake", "created_at": "2025-01-01T00:00:00Z",
                ]
            ], "has_more": false, "first_id": "fake-chat", "last_id": "fake-chat",
        ]
    }
}
