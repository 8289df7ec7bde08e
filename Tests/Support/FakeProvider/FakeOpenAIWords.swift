import Foundation

/// OpenAI's bodies, of which others' are copies.
enum FakeOpenAIWords {
    static let done = Array("data: [DONE]\n\n".utf8)

    static var models: [String: Any] {
        [
            "object": "list",
            "data": ["fake-chat", "fake-embedding"].map {
                ["id": $0, "object": "model", "created": 1_700_000_000, "owned_by": "fake"] as [String: Any]
            },
        ]
    }

    // MARK: Requests

    static func question(_ json: [String: Any], model: String? = nil) throws(FakeRefusal) -> FakeQuestion {
        guard let model = model ?? json.string("model") else {
            throw .invalid("you must provide a model parameter", parameter: "model")
        }
        let messages = json.objects("messages")
        guard let last = messages.last else {
            throw FakeRefusal(
                status: 400, message: "Missing required parameter: 'messages'.", parameter: "messages",
                code: "missing_required_parameter")
        }
        var question = FakeQuestion(model: model, texts: messages.map { text($0["content"]) })
        question.isAsked = last.string("role") == "user"
        if json.string("tool_choice") != "none" {
            question.tool = json.objects("tools").first?.object("function")?.string("name")
        }
        question.limit = json.integer("max_completion_tokens") ?? json.integer("max_tokens")
        question.streams = json.flag("stream")
        question.choices = json.integer("n") ?? 1
        question.includesUsage = json.object("stream_options")?.flag("include_usage") ?? false
        question.wantsJSON = ["json_object", "json_schema"].contains(json.object("response_format")?.string("type"))
        return question
    }

    static func text(_ content: Any?) -> String {
        if let text = content as? String { return text }
        let parts = content as? [[String: Any]] ?? []
        return parts.compactMap { $0["text"] as? String }.joined(separator: " ")
    }

    static func embeddings(_ json: [String: Any], model: String? = nil) throws(FakeRefusal) -> FakeEmbeddings {
        guard let model = model ?? json.string("model") else {
            throw .invalid("you must provide a model parameter", parameter: "model")
        }
        guard let inputs = json["input"] as? [String] ?? json.string("input").map({ [$0] }) else {
            throw .invalid("'input' is a required property", parameter: "input")
        }
        guard !inputs.contains("") else { throw .invalid("'$.input' is invalid.", parameter: "input") }
        return FakeEmbeddings(
            model: model, inputs: inputs,
            dimensions: json.integer("dimensions") ?? json.integer("output_dimension")
                ?? FakeEmbeddings.defaultDimensions,
            isBase64: json.string("encoding_format") == "base64")
    }

    // MARK: Answers

    static func answer(_ reply: FakeReply, callID: String = "call_fake0001") -> [String: Any] {
        var body = envelope("chat.completion", reply)
        body["choices"] = (0..<reply.question.choices).map { index in
            [
                "index": index, "message": message(reply, callID), "logprobs": NSNull(), "finish_reason": finish(reply),
            ] as [String: Any]
        }
        if !reply.hidesUsage { body["usage"] = usage(reply) }
        return body
    }

    static func chunks(_ reply: FakeReply, callID: String = "call_fake0001") -> [[String: Any]] {
        var deltas: [([String: Any], String?)] = reply.thoughtPieces.map { (["reasoning_content": $0], nil) }
        if reply.tool != nil {
            var call = call(reply, callID)
            call["index"] = 0
            deltas.append((["role": "assistant", "content": NSNull(), "tool_calls": [call]], nil))
        } else {
            deltas.append((["role": "assistant", "content": "", "refusal": NSNull()], nil))
            deltas += reply.pieces.map { (["content": $0], nil) }
        }
        deltas.append(([:], finish(reply)))
        let choices = 0..<reply.question.choices
        var chunks = deltas.flatMap { delta, finish in choices.map { chunk(delta, finish, choice: $0, reply) } }
        if reply.question.includesUsage, !reply.hidesUsage {
            var last = envelope("chat.completion.chunk", reply)
            last["choices"] = [Any]()
            last["usage"] = usage(reply)
            chunks.append(last)
        }
        return chunks
    }

    private static func chunk(
        _ delta: [String: Any], _ finish: String?, choice: Int, _ reply: FakeReply
    ) -> [String: Any] {
        var body = envelope("chat.completion.chunk", reply)
        body["choices"] = [
            ["index": choice, "delta": delta, "logprobs": NSNull(), "finish_reason": finish as Any? ?? NSNull()]
        ]
        if reply.question.includesUsage { body["usage"] = NSNull() }
        return body
    }

    static func envelope(_ object: String, _ reply: FakeReply) -> [String: Any] {
        [
            "id": "chatcmpl-fake0001", "object": object, "created": 1_700_000_000, "model": reply.question.model,
            "system_fingerprint": "fp_fake", "service_tier": "default",
        ]
    }

    static func finish(_ reply: FakeReply) -> String {
        reply.tool != nil ? "tool_calls" : reply.isCutShort ? "length" : "stop"
    }

    private static func message(_ reply: FakeReply, _ callID: String) -> [String: Any] {
        var message: [String: Any] = ["role": "assistant", "content": NSNull(), "refusal": NSNull()]
        if reply.tool == nil {
            message["content"] = reply.text
            message["annotations"] = [Any]()
        } else {
            message["tool_calls"] = [call(reply, callID)]
        }
        if !reply.thoughts.isEmpty { message["reasoning_content"] = reply.thought }
        return message
    }

    private static func call(_ reply: FakeReply, _ id: String) -> [String: Any] {
        ["id": id, "type": "function", "function": ["name": reply.tool ?? "", "arguments": reply.argumentsText]]
    }

    static func usage(_ reply: FakeReply) -> [String: Any] {
        [
            "prompt_tokens": reply.promptTokens, "completion_tokens": reply.completionTokens,
            "total_tokens": reply.promptTokens + reply.completionTokens,
            "prompt_tokens_details": ["cached_tokens": reply.cachedTokens, "audio_tokens": 0],
            "completion_tokens_details": ["reasoning_tokens": reply.reasoningTokens, "audio_tokens": 0],
        ]
    }

    static func embeddings(_ batch: FakeEmbeddings) -> [String: Any] {
        let data = batch.vectors.enumerated().map { index, vector in
            [
                "object": "embedding", "index": index,
                "embedding": batch.isBase64 ? base64(vector) as Any : vector.map(Double.init),
            ] as [String: Any]
        }
        return [
            "object": "list", "model": batch.model, "data": data,
            "usage": ["prompt_tokens": batch.promptTokens, "total_tokens": batch.promptTokens],
        ]
    }

    private static func base64(_ vector: [Float]) -> String {
        var bytes: [UInt8] = []
        for value in vector {
            let bits = value.bitPattern
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return Data(bytes).base64EncodedString()
    }

    static func error(_ refusal: FakeRefusal) -> [String: Any] {
        let type =
            refusal.status >= 500 ? "server_error" : refusal.status == 429 ? "requests" : "invalid_request_error"
        return [
            "error": [
                "message": refusal.message, "type": type, "param": refusal.parameter as Any? ?? NSNull(),
                "code": refusal.code as Any? ?? NSNull(),
            ] as [String: Any]
        ]
    }
}
