import Foundation

/// OpenAI's Responses (platform.openai.com, API reference), without what is stored and without tools of the vendor's own.
enum FakeResponses {
    // MARK: Requests

    static func question(_ json: [String: Any]) throws(FakeRefusal) -> FakeQuestion {
        guard let model = json.string("model") else {
            throw .invalid("you must provide a model parameter", parameter: "model")
        }
        if let earlier = json.string("previous_response_id") {
            throw FakeRefusal(
                status: 400, message: "Previous response with id '\(earlier)' not found.",
                parameter: "previous_response_id", code: "previous_response_not_found")
        }
        let items = json.string("input").map { [["role": "user", "content": $0] as [String: Any]] }
        guard let items = items ?? json["input"] as? [[String: Any]], let last = items.last else {
            throw FakeRefusal(
                status: 400, message: "Missing required parameter: 'input'.", parameter: "input",
                code: "missing_required_parameter")
        }
        let texts = items.map { FakeOpenAIWords.text($0["content"] ?? $0["output"] ?? $0["arguments"]) }
        var question = FakeQuestion(model: model, texts: (json.string("instructions").map { [$0] } ?? []) + texts)
        question.isAsked = last.string("role") == "user"
        if json.string("tool_choice") != "none" { question.tool = json.objects("tools").first?.string("name") }
        question.limit = json.integer("max_output_tokens")
        question.streams = json.flag("stream")
        question.wantsJSON = json.object("text")?.object("format")?.string("type") == "json_schema"
        question.response = FakeQuestion.Response(
            stores: json["store"] as? Bool ?? true, metadata: json["metadata"] as? [String: String] ?? [:])
        return question
    }

    // MARK: Answers

    static func answer(_ reply: FakeReply, _ asked: FakeQuestion.Response) -> [String: Any] {
        response(reply, asked, status: status(reply), output: [item(reply, isWhole: true)])
    }

    private static func status(_ reply: FakeReply) -> String { reply.isCutShort ? "incomplete" : "completed" }

    private static func response(
        _ reply: FakeReply, _ asked: FakeQuestion.Response, status: String, output: [[String: Any]]
    ) -> [String: Any] {
        var body: [String: Any] = [
            "id": "resp_fake0001", "object": "response", "created_at": 1_700_000_000, "status": status,
            "background": false, "error": NSNull(), "incomplete_details": NSNull(), "instructions": NSNull(),
            "max_output_tokens": reply.question.limit as Any? ?? NSNull(), "model": reply.question.model,
            "output": output, "parallel_tool_calls": true, "previous_response_id": NSNull(),
            "store": asked.stores, "temperature": 1, "text": ["format": ["type": "text"]], "tool_choice": "auto",
            "tools": [Any](), "top_p": 1, "truncation": "disabled", "usage": NSNull(), "metadata": asked.metadata,
        ]
        if status == "incomplete" { body["incomplete_details"] = ["reason": "max_output_tokens"] }
        if status != "in_progress", !reply.hidesUsage { body["usage"] = usage(reply) }
        return body
    }

    private static func usage(_ reply: FakeReply) -> [String: Any] {
        [
            "input_tokens": reply.promptTokens,
            "input_tokens_details": ["cached_tokens": reply.cachedTokens, "cache_write_tokens": 0],
            "output_tokens": reply.completionTokens,
            "output_tokens_details": ["reasoning_tokens": reply.reasoningTokens],
            "total_tokens": reply.promptTokens + reply.completionTokens,
        ]
    }

    private static func item(_ reply: FakeReply, isWhole: Bool) -> [String: Any] {
        let status = isWhole ? "completed" : "in_progress"
        if let tool = reply.tool {
            return [
                "id": "fc_fake0001", "type": "function_call", "status": status, "call_id": "call_fake0001",
                "name": tool, "arguments": isWhole ? reply.argumentsText : "",
            ]
        }
        return [
            "id": "msg_fake0001", "type": "message", "status": status, "role": "assistant",
            "content": isWhole ? [part(reply.text)] : [],
        ]
    }

    private static func part(_ text: String) -> [String: Any] {
        ["type": "output_text", "text": text, "annotations": [Any](), "logprobs": [Any]()]
    }

    // MARK: Streams

    static func stream(_ reply: FakeReply, _ asked: FakeQuestion.Response) -> FakeStream {
        let begun = response(reply, asked, status: "in_progress", output: [])
        let whole = item(reply, isWhole: true)
        var events: [[String: Any]] = [
            ["type": "response.created", "response": begun], ["type": "response.in_progress", "response": begun],
            ["type": "response.output_item.added", "output_index": 0, "item": item(reply, isWhole: false)],
        ]
        events += reply.tool == nil ? text(reply) : arguments(reply)
        events.append(["type": "response.output_item.done", "output_index": 0, "item": whole])
        events.append(["type": "response.\(status(reply))", "response": answer(reply, asked)])
        let pieces = events.enumerated().map { index, event in
            FakeProviderAnswer.event(
                event.merging(["sequence_number": index]) { $1 }, named: event.string("type"))
        }
        return FakeStream(pieces: Array(pieces.dropLast()), ending: pieces.last ?? [])
    }

    private static func text(_ reply: FakeReply) -> [[String: Any]] {
        let place: [String: Any] = ["item_id": "msg_fake0001", "output_index": 0, "content_index": 0]
        let events: [[String: Any]] =
            [["type": "response.content_part.added", "part": part("")]]
            + reply.pieces.map { ["type": "response.output_text.delta", "delta": $0, "logprobs": [Any]()] }
            + [
                ["type": "response.output_text.done", "text": reply.text, "logprobs": [Any]()],
                ["type": "response.content_part.done", "part": part(reply.text)],
            ]
        return events.map { $0.merging(place) { $1 } }
    }

    private static func arguments(_ reply: FakeReply) -> [[String: Any]] {
        let place: [String: Any] = ["item_id": "fc_fake0001", "output_index": 0]
        let text = reply.argumentsText
        let events: [[String: Any]] =
            [String(text.prefix(5)), String(text.dropFirst(5))].map {
                ["type": "response.function_call_arguments.delta", "delta": $0]
            } + [["type": "response.function_call_arguments.done", "arguments": text, "name": reply.tool ?? ""]]
        return events.map { $0.merging(place) { $1 } }
    }
}
