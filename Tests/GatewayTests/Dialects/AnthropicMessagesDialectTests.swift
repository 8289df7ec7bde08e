import Foundation
import Testing

@testable import Gateway

@Suite("Anthropic's messages, read and written")
struct AnthropicMessagesDialectTests {
    private func read(_ json: String) throws -> Conversation {
        try AnthropicMessagesDialect.conversation(Array(json.utf8))
    }

    private func messages(_ json: String) throws -> [Conversation.Message] {
        try read(#"{"model":"m","max_tokens":9,"messages":[\#(json)]}"#).messages
    }

    // MARK: Requests

    @Test("every documented member finds its place, and what has none is kept as it came")
    func request() throws {
        let conversation = try read(
            """
            {"model":"claude","max_tokens":1024,"system":[{"type":"text","text":"be brief","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":"hi"}],"stop_sequences":["a"],"temperature":0.50,"top_p":0.9,"top_k":5,
             "metadata":{"user_id":"u1"},"stream":true,"thinking":{"type":"enabled","budget_tokens":2000},
             "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true}],
             "tool_choice":{"type":"any","disable_parallel_tool_use":true},"service_tier":"auto",
             "output_config":{"effort":"max","format":{"type":"json_schema","schema":{"z":1.50}}}}
            """)
        #expect(conversation.model == "claude" && conversation.maximumTokens == 1024 && conversation.streams)
        #expect(conversation.messages.first == Conversation.Message(.system, [.text("be brief")]))
        #expect(conversation.stop == ["a"] && conversation.temperature == "0.50" && conversation.topP == "0.9")
        #expect(conversation.topK == 5 && conversation.user == "u1" && conversation.toolChoice == .required)
        #expect(conversation.allowsParallelToolCalls == false && conversation.tools.first?.isStrict == true)
        #expect(
            conversation.reasoning
                == Conversation.ReasoningDemand(effort: "xhigh", budgetTokens: 2000, isShown: true))
        #expect(
            conversation.format
                == .schema(name: "answer", schema: .members(("z", .number("1.50"))), description: nil, isStrict: true))
        #expect(conversation.extensions == [JSONValue.Member("service_tier", "auto")])
    }

    @Test("content is a text or blocks of every kind")
    func blocks() throws {
        let messages = try messages(
            """
            {"role":"user","content":[{"type":"text","text":"see"},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
             {"type":"image","source":{"type":"url","url":"https://h/i.png"}},
             {"type":"image","source":{"type":"file","file_id":"f1"}},
             {"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"CCCC"}},
             {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}]},
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},
             {"type":"redacted_thinking","data":"eA=="},{"type":"text","text":"so"},
             {"type":"tool_use","id":"t1","name":"f","input":{"b":1.50,"a":[]}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,
               "content":[{"type":"text","text":"no"},{"type":"image","source":{"type":"url","url":"u"}}]},
             {"type":"tool_result","tool_use_id":"t2","content":"yes"},{"type":"text","text":"and"}]}
            """)
        #expect(
            messages[0].parts == [
                .text("see"), .image(.data(type: "image/png", base64: "AAAA"), detail: nil),
                .image(.url("https://h/i.png"), detail: nil), .image(.file(id: "f1"), detail: nil),
                .document(.data(type: "application/pdf", base64: "CCCC"), name: "a.pdf"), .text("plain"),
            ])
        #expect(
            messages[1].parts == [
                .reasoning(ContentPart.Reasoning(text: "hm", signature: "c2ln")),
                .reasoning(ContentPart.Reasoning(text: "", sealed: "eA==")), .text("so"),
                .toolCall(ContentPart.ToolCall(id: "t1", name: "f", arguments: #"{"b":1.50,"a":[]}"#)),
            ])
        #expect(messages.map(\.role) == [.user, .assistant, .tool, .tool, .user])
        #expect(
            messages[2].parts == [
                .toolResult(
                    ContentPart.ToolResult(
                        id: "t1", name: "f", parts: [.text("no"), .image(.url("u"), detail: nil)], isError: true))
            ])
        #expect(messages[4].parts == [.text("and")])
    }

    @Test(
        "a request that is none is refused with the name of the member",
        arguments: [
            ("[]", "body"), (#"{"max_tokens":1,"messages":[]}"#, "model"),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}]}"#, "max_tokens"),
            (#"{"model":"m","max_tokens":1}"#, "messages"),
            (#"{"model":"m","max_tokens":1,"messages":[]}"#, "messages"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":""}]}"#, "messages[0].role"),
            (
                #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}"#,
                "messages[0].content[0].source"
            ),
            (
                #"{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":"x"}]}]}"#,
                "messages[0].content[0].input"
            ),
            (
                #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}],"tool_choice":{"type":"x"}}"#,
                "tool_choice.type"
            ),
            (
                #"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}],"thinking":{"type":"enabled"}}"#,
                "thinking.budget_tokens"
            ),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}],"tools":[1]}"#, "tools[0]"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}],"system":3}"#, "system"),
        ])
    func refused(json: String, parameter: String) {
        #expect {
            try read(json)
        } throws: { error in
            guard case .invalid(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
    }

    @Test(
        "what only this vendor has is refused as unsupported, by name",
        arguments: [
            (#""tools":[{"type":"web_search_20250305","name":"web_search"}]"#, "tools[0].type"),
            (#""mcp_servers":[{"url":"x"}]"#, "mcp_servers"), (#""container":"c1""#, "container"),
        ])
    func unsupported(member: String, parameter: String) {
        #expect {
            try read(#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}],\#(member)}"#)
        } throws: { error in
            guard case .unsupported(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
    }

    // MARK: Answers

    @Test("the documented answer is written to the letter")
    func golden() throws {
        let completion = Completion(
            model: "claude-opus-4-6",
            choices: [
                Completion.Choice(
                    parts: [
                        .reasoning(ContentPart.Reasoning(text: "Let me see.", signature: "c2ln")),
                        .text("I'll check the weather."),
                        .toolCall(
                            ContentPart.ToolCall(id: "toolu_1", name: "get_weather", arguments: #"{"city":"Oslo"}"#)),
                        .toolCall(ContentPart.ToolCall(id: "toolu_2", name: "broken", arguments: "{no json")),
                    ], finish: .toolCalls)
            ], usage: TokenUsage(prompt: 100, completion: 30, cached: 60, cacheWrite: 10, reasoning: 5))
        try DialectFixture.expect(AnthropicMessagesDialect.answer(completion, in: .forTests()), "anthropic-answer.json")
    }

    @Test("the documented stream is written to the letter")
    func goldenStream() throws {
        var encoder = AnthropicStreamEncoder(.forTests())
        var output: [UInt8] = []
        for event: CompletionEvent in [
            .begin(id: "x", model: "claude-opus-4-6", created: nil), .reasoning("Hm.", choice: 0),
            .reasoningSeal(signature: "c2ln", sealed: nil, choice: 0), .text("Hello", choice: 0),
            .text("!", choice: 0), .toolCall(index: 0, id: "toolu_1", name: "get_weather", choice: 0),
            .toolArguments(index: 0, #"{"city":"Oslo"}"#, choice: 0), .finish(.toolCalls, choice: 0),
            .usage(TokenUsage(prompt: 25, completion: 15, cached: 5)), .end,
        ] {
            output += encoder.encode(event)
        }
        try DialectFixture.expect(output + encoder.ending, "anthropic-stream.txt")
    }

    @Test("a stream, put together, is the whole answer", arguments: 0..<200)
    func streams(seed: Int) throws {
        var random = RandomAnswer(seed: UInt64(seed), seals: true)
        let (completion, events) = random.make()
        var encoder = AnthropicMessagesDialect.makeStreamEncoder(.forTests())
        var output: [UInt8] = []
        for event in events { output += encoder.encode(event) }
        #expect(!String(decoding: output, as: UTF8.self).contains("event: message_stop"))
        var accumulator = MessageAccumulator()
        for (name, data) in EventReading.events(output + encoder.ending) {
            let event = try EventReading.object(data)
            #expect(event["type"] as? String == name)
            try accumulator.take(event)
        }
        #expect(accumulator.isStopped)
        let whole = try EventReading.object(AnthropicMessagesDialect.answer(completion, in: .forTests()))
        #expect(NSDictionary(dictionary: accumulator.message) == NSDictionary(dictionary: whole))
    }

    // MARK: The vendor's own answers

    @Test("usage counts what was read from and written to the cache as part of the prompt")
    func usage() throws {
        let reading = try AnthropicMessagesDialect.reading(of: DialectFixture.bytes("anthropic-answer.json"))
        #expect(reading.usage == TokenUsage(prompt: 100, completion: 30, cached: 60, cacheWrite: 10, reasoning: 5))
        #expect(reading.hasContent && !reading.isError)
    }

    @Test("a stream of the vendor's own passes as it came, with its end held back", arguments: [1, 7, 64, 5000])
    func native(size: Int) throws {
        let text = "event: ping\ndata: {\"type\": \"ping\"}\n\n" + (try DialectFixture.text("anthropic-stream.txt"))
        let bytes = Array(text.utf8)
        var relay = AnthropicMessagesDialect.makeRelay(.forTests())
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            output += try relay.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(output + relay.ending == bytes)
        #expect(String(decoding: relay.ending, as: UTF8.self).hasPrefix("event: message_stop"))
        #expect(relay.isComplete && relay.hasContent)
        #expect(relay.usage == TokenUsage(prompt: 25, completion: 15, cached: 5))
    }

    @Test("a stream of the vendor's own that is cut anywhere does not end")
    func cut() throws {
        let bytes = try DialectFixture.bytes("anthropic-stream.txt")
        for length in stride(from: 0, to: bytes.count - 2, by: 3) {
            var relay = AnthropicMessagesDialect.makeRelay(.forTests())
            let output = try relay.feed(Array(bytes[..<length])) + relay.finish()
            #expect(!relay.isComplete && !String(decoding: output, as: UTF8.self).contains("event: message_stop"))
        }
    }

    @Test("an error inside of the vendor's stream is held back and understood")
    func errorEvent() throws {
        var relay = AnthropicMessagesDialect.makeRelay(.forTests())
        let event = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        #expect(try relay.feed(Array("event: error\ndata: \(event)\n\n".utf8)).isEmpty)
        let failure = try #require(relay.failure)
        #expect(failure.blame == .limit && AnthropicMessagesDialect.status(of: failure.error) == 529)
    }

    // MARK: Errors

    @Test(
        "errors have the type that belongs to their status",
        arguments: [
            (400, nil, "invalid_request_error"), (401, nil, "authentication_error"), (402, nil, "billing_error"),
            (403, nil, "permission_error"), (404, nil, "not_found_error"), (413, nil, "request_too_large"),
            (422, nil, "invalid_request_error"), (429, nil, "rate_limit_error"), (500, nil, "api_error"),
            (502, nil, "api_error"), (504, nil, "timeout_error"), (503, "provider_overloaded", "overloaded_error"),
        ] as [(Int, String?, String)])
    func errors(status: Int, code: String?, type: String) throws {
        var error = OpenAIError(status: status, message: "it is so", type: "x", code: code)
        error.requestID = "req-1"
        let body = try EventReading.object(AnthropicMessagesDialect.body(of: error))
        #expect(body["type"] as? String == "error" && body["request_id"] as? String == "req-1")
        let details = try #require(body["error"] as? [String: Any])
        #expect(details["type"] as? String == type && details["message"] as? String == "it is so")
        let event = String(decoding: AnthropicMessagesDialect.event(of: error), as: UTF8.self)
        #expect(event.hasPrefix("event: error\ndata: {\"type\":\"error\"") && event.hasSuffix("\n\n"))
    }

    @Test("the words of a provider with OpenAI's errors reach a client of Anthropic's")
    func ownBody() throws {
        var error = OpenAIError(status: 400, message: "generic", type: "x")
        error.ownBody = Array(#"{"error":{"message":"the prompt is too long"}}"#.utf8)
        let body = try EventReading.object(AnthropicMessagesDialect.body(of: error))
        #expect((body["error"] as? [String: Any])?["message"] as? String == "the prompt is too long")
    }
}

/// Puts events together as a client does.
private struct MessageAccumulator {
    private(set) var message: [String: Any] = [:]
    private(set) var isStopped = false
    private var blocks: [[String: Any]] = []
    private var json: [Int: String] = [:]

    mutating func take(_ event: [String: Any]) throws {
        let index = event["index"] as? Int ?? -1
        switch event["type"] as? String {
        case "message_start": message = event["message"] as? [String: Any] ?? [:]
        case "content_block_start":
            #expect(index == blocks.count)
            blocks.append(event["content_block"] as? [String: Any] ?? [:])
        case "content_block_delta":
            let delta = event["delta"] as? [String: Any] ?? [:]
            for (name, value) in delta where name != "type" {
                guard let text = value as? String else { continue }
                if name == "partial_json" {
                    json[index, default: ""] += text
                } else {
                    blocks[index][name] = (blocks[index][name] as? String ?? "") + text
                }
            }
        case "content_block_stop":
            if let text = json[index] { blocks[index]["input"] = try EventReading.object(text) }
        case "message_delta":
            message.merge(event["delta"] as? [String: Any] ?? [:]) { $1 }
            message["usage"] = event["usage"]
            message["content"] = blocks
        case "message_stop": isStopped = true
        default: Issue.record("an unknown event")
        }
    }
}
