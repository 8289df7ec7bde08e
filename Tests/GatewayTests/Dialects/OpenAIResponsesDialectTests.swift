import Foundation
import Testing

@testable import Gateway

@Suite("OpenAI's responses, read and written")
struct OpenAIResponsesDialectTests {
    private func read(_ json: String) throws -> Conversation {
        try OpenAIResponsesDialect.conversation(Array(json.utf8))
    }

    // MARK: Requests

    @Test("every documented member finds its place, and what has none is kept as it came")
    func request() throws {
        let conversation = try read(
            """
            {"model":"gpt","input":"hi","instructions":"be brief","max_output_tokens":70,"temperature":0.50,"top_p":0.9,
             "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],
             "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"stream":true,"store":true,
             "reasoning":{"effort":"low","summary":"auto"},"metadata":{"a":"1"},"user":"u","top_logprobs":2,
             "include":["message.output_text.logprobs","reasoning.encrypted_content"],"previous_response_id":null,
             "text":{"verbosity":"low","format":{"type":"json_schema","name":"s","schema":{"z":1.50},"strict":true}}}
            """)
        #expect(
            conversation.messages == [
                Conversation.Message(.system, [.text("be brief")]), Conversation.Message(.user, [.text("hi")]),
            ])
        #expect(conversation.maximumTokens == 70 && conversation.temperature == "0.50" && conversation.topP == "0.9")
        #expect(conversation.tools.first?.isStrict == true && conversation.toolChoice == .named("f"))
        #expect(conversation.allowsParallelToolCalls == false && conversation.streams && conversation.user == "u")
        #expect(conversation.reasoning == Conversation.ReasoningDemand(effort: "low", isShown: true))
        #expect(conversation.logProbabilities == 2)
        #expect(
            conversation.format
                == .schema(name: "s", schema: .members(("z", .number("1.50"))), description: nil, isStrict: true))
        #expect(
            conversation.extensions == [
                JSONValue.Member("metadata", .members(("a", "1"))), JSONValue.Member("verbosity", "low"),
            ])
    }

    @Test("items of one turn become one message, and results find their tools")
    func items() throws {
        let conversation = try read(
            """
            {"model":"m","input":[{"role":"developer","content":"rules"},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"see"},
               {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
               {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"},
               {"type":"input_file","file_url":"https://h/b.pdf"}]},
             {"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"signature.c2ln"},
             {"type":"message","id":"msg","role":"assistant","status":"completed","content":[{"type":"output_text","text":"so","annotations":[]}]},
             {"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{}"},
             {"type":"function_call_output","call_id":"c1","output":"r"}]}
            """)
        #expect(conversation.messages.map(\.role) == [.system, .user, .assistant, .tool])
        #expect(
            conversation.messages[1].parts == [
                .text("see"), .image(.data(type: "image/png", base64: "AAAA"), detail: "low"),
                .document(.data(type: "application/pdf", base64: "CCCC"), name: "a.pdf"),
                .document(.url("https://h/b.pdf"), name: nil),
            ])
        #expect(
            conversation.messages[2].parts == [
                .reasoning(ContentPart.Reasoning(text: "hm", signature: "c2ln")), .text("so"),
                .toolCall(ContentPart.ToolCall(id: "c1", name: "f", arguments: "{}")),
            ])
        #expect(
            conversation.messages[3].parts == [
                .toolResult(ContentPart.ToolResult(id: "c1", name: "f", parts: [.text("r")]))
            ])
    }

    @Test(
        "what is kept at the vendor's or made there is refused as unsupported, by name",
        arguments: [
            (#""previous_response_id":"resp_1""#, "previous_response_id"), (#""conversation":"c""#, "conversation"),
            (#""prompt":{"id":"p"}"#, "prompt"), (#""background":true"#, "background"),
            (#""truncation":"auto""#, "truncation"), (#""tools":[{"type":"web_search"}]"#, "tools[0].type"),
            (#""tool_choice":{"type":"file_search"}"#, "tool_choice.type"),
        ])
    func unsupported(member: String, parameter: String) {
        #expect {
            try read(#"{"model":"m","input":"x",\#(member)}"#)
        } throws: { error in
            guard case .unsupported(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
        #expect(throws: TranslationError.self) {
            try read(#"{"model":"m","input":[{"type":"item_reference","id":"x"}]}"#)
        }
    }

    @Test(
        "a request that is none is refused with the name of the member",
        arguments: [
            ("[]", "body"), (#"{"input":"x"}"#, "model"), (#"{"model":"m"}"#, "input"),
            (#"{"model":"m","input":[]}"#, "input"), (#"{"model":"m","input":[7]}"#, "input[0]"),
            (#"{"model":"m","input":[{"role":"user"}]}"#, "input[0].content"),
            (#"{"model":"m","input":[{"role":"king","content":""}]}"#, "input[0].role"),
            (#"{"model":"m","input":[{"type":"function_call","name":"f"}]}"#, "input[0].call_id"),
            (#"{"model":"m","input":"x","max_output_tokens":"9"}"#, "max_output_tokens"),
            (#"{"model":"m","input":"x","text":{"format":{"type":"x"}}}"#, "text.format.type"),
            (#"{"model":"m","input":"x","reasoning":"low"}"#, "reasoning"),
        ])
    func refused(json: String, parameter: String) {
        #expect {
            try read(json)
        } throws: { error in
            guard case .invalid(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
    }

    // MARK: Answers

    @Test("the documented answer is written to the letter")
    func golden() throws {
        let conversation = try read(
            #"{"model":"m","input":"x","metadata":{"a":"1"},"max_output_tokens":50,"temperature":0.5,"store":true}"#)
        let completion = Completion(
            model: "gpt-5.4", created: 1_741_476_542,
            choices: [
                Completion.Choice(
                    parts: [
                        .reasoning(ContentPart.Reasoning(text: "Hm.", signature: "c2ln")), .text("Once"),
                        .toolCall(ContentPart.ToolCall(id: "call_1", name: "f", arguments: "{}")),
                    ], finish: .toolCalls)
            ], usage: TokenUsage(prompt: 36, completion: 87, cached: 4, reasoning: 7))
        try DialectFixture.expect(
            OpenAIResponsesDialect.answer(completion, in: .forTests(conversation: conversation)),
            "openai-responses-answer.json")
    }

    @Test("the events of a stream come in the documented order, numbered")
    func order() throws {
        var encoder = OpenAIResponsesStreamEncoder(.forTests())
        var output: [UInt8] = []
        for event: CompletionEvent in [
            .begin(id: "x", model: "gpt-5.4", created: 1), .reasoning("Hm.", choice: 0), .text("Hello", choice: 0),
            .refusal("No.", choice: 0), .toolCall(index: 0, id: "call_1", name: "f", choice: 0),
            .toolArguments(index: 0, "{}", choice: 0), .finish(.toolCalls, choice: 0),
            .usage(TokenUsage(prompt: 25, completion: 15)), .end,
        ] {
            output += encoder.encode(event)
        }
        try DialectFixture.expect(output + encoder.ending, "openai-responses-stream.txt")
        let events = EventReading.events(output + encoder.ending)
        #expect(
            events.compactMap(\.name) == [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.reasoning_summary_part.added",
                "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
                "response.reasoning_summary_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.content_part.added",
                "response.refusal.delta", "response.refusal.done", "response.content_part.done",
                "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ])
        for (index, event) in events.enumerated() {
            #expect(try EventReading.object(event.data)["sequence_number"] as? Int == index)
        }
    }

    @Test("a stream, put together, is the whole answer", arguments: 0..<200)
    func streams(seed: Int) throws {
        var random = RandomAnswer(seed: UInt64(seed), seals: true)
        let (completion, events) = random.make()
        var encoder = OpenAIResponsesDialect.makeStreamEncoder(.forTests())
        #expect(encoder.ending.isEmpty)
        var output: [UInt8] = []
        for event in events { output += encoder.encode(event) }
        let text = String(decoding: output, as: UTF8.self)
        #expect(!text.contains("event: response.completed") && !text.contains("event: response.incomplete"))
        var accumulator = ResponseAccumulator()
        for (name, data) in EventReading.events(output + encoder.ending) {
            let event = try EventReading.object(data)
            #expect(event["type"] as? String == name)
            accumulator.take(event)
        }
        let whole = try EventReading.object(OpenAIResponsesDialect.answer(completion, in: .forTests()))
        #expect(NSDictionary(dictionary: accumulator.final) == NSDictionary(dictionary: whole))
        #expect(NSArray(array: accumulator.output) == NSArray(array: whole["output"] as? [Any] ?? []))
    }

    @Test("an answer that was cut short is incomplete and says why")
    func incomplete() throws {
        let completion = Completion(choices: [Completion.Choice(parts: [.text("a")], finish: .length)])
        let answer = try EventReading.object(OpenAIResponsesDialect.answer(completion, in: .forTests()))
        #expect(answer["status"] as? String == "incomplete" && answer["store"] as? Bool == false)
        #expect((answer["incomplete_details"] as? [String: String])?["reason"] == "max_output_tokens")
    }

    // MARK: The vendor's own answers

    @Test("a stream of the vendor's own passes as it came, with its end held back", arguments: [1, 9, 100, 9000])
    func native(size: Int) throws {
        var encoder = OpenAIResponsesDialect.makeStreamEncoder(.forTests())
        var bytes: [UInt8] = []
        for event: CompletionEvent in [
            .text("Hello", choice: 0), .finish(.stop, choice: 0),
            .usage(TokenUsage(prompt: 9, completion: 8, cached: 7, reasoning: 6)), .end,
        ] {
            bytes += encoder.encode(event)
        }
        bytes += encoder.ending
        let withDone = bytes + Array("data: [DONE]\n\n".utf8)
        var relay = OpenAIResponsesDialect.makeRelay(.forTests())
        var output: [UInt8] = []
        for start in stride(from: 0, to: withDone.count, by: size) {
            output += try relay.feed(Array(withDone[start..<min(start + size, withDone.count)]))
        }
        #expect(output + relay.ending == bytes && relay.isComplete && relay.hasContent)
        #expect(relay.usage == TokenUsage(prompt: 9, completion: 8, cached: 7, reasoning: 6))
        for length in stride(from: 0, to: bytes.count - 2, by: 7) {
            var cut = OpenAIResponsesDialect.makeRelay(.forTests())
            let output = try cut.feed(Array(bytes[..<length])) + cut.finish()
            #expect(!cut.isComplete && !String(decoding: output, as: UTF8.self).contains("response.completed"))
        }
    }

    @Test(
        "a failure inside of the vendor's stream is held back and understood",
        arguments: [
            #"{"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null,"sequence_number":3}"#,
            #"{"type":"error","error":{"code":"rate_limit_exceeded","message":"slow down"}}"#,
            #"{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"slow down"}}}"#,
        ])
    func failure(event: String) throws {
        var relay = OpenAIResponsesDialect.makeRelay(.forTests())
        #expect(try relay.feed(Array("event: error\ndata: \(event)\n\n".utf8)).isEmpty)
        let failure = try #require(relay.failure)
        #expect(failure.error.status == 429 && failure.error.message == "slow down")
    }

    @Test("an error in a stream has the documented members and those that clients raise from")
    func errorEvent() throws {
        let error = OpenAIError(status: 502, message: "broke", type: "server_error", code: "stream_interrupted")
        let events = EventReading.events(OpenAIResponsesDialect.event(of: error))
        let event = try EventReading.object(try #require(events.first).data)
        #expect(event["type"] as? String == "error" && event["message"] as? String == "broke")
        #expect((event["error"] as? [String: Any])?["code"] as? String == "stream_interrupted")
    }
}

/// Puts events together as a client does.
private struct ResponseAccumulator {
    private(set) var final: [String: Any] = [:]
    private(set) var output: [[String: Any]] = []
    private var text = ""

    mutating func take(_ event: [String: Any]) {
        let type = event["type"] as? String ?? ""
        let index = event["output_index"] as? Int ?? -1
        switch type {
        case "response.completed", "response.incomplete": final = event["response"] as? [String: Any] ?? [:]
        case "response.output_item.added":
            #expect(index == output.count)
            output.append(event["item"] as? [String: Any] ?? [:])
        case "response.content_part.added", "response.reasoning_summary_part.added": text = ""
        case "response.output_text.delta", "response.reasoning_summary_text.delta":
            text += event["delta"] as? String ?? ""
        case "response.output_text.done", "response.reasoning_summary_text.done":
            #expect(text == event["text"] as? String)
        case "response.function_call_arguments.delta":
            output[index]["arguments"] =
                (output[index]["arguments"] as? String ?? "") + (event["delta"] as? String ?? "")
        case "response.function_call_arguments.done":
            #expect(output[index]["arguments"] as? String == event["arguments"] as? String)
        case "response.output_item.done": output[index] = event["item"] as? [String: Any] ?? [:]
        default: break
        }
    }
}
