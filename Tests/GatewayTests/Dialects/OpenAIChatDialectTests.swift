import Foundation
import Testing

@testable import Gateway

@Suite("OpenAI's chat completions, read and written")
struct OpenAIChatDialectTests {
    private func read(_ json: String) throws -> Conversation {
        try OpenAIChatDialect.conversation(Array(json.utf8))
    }

    private func message(_ json: String) throws -> [Conversation.Message] {
        try read(#"{"model":"m","messages":[\#(json)]}"#).messages
    }

    // MARK: Requests

    @Test("every documented member finds its place, and what has none is kept as it came")
    func request() throws {
        let conversation = try read(
            """
            {"model":"gpt","messages":[{"role":"user","content":"hi"}],"max_tokens":90,"max_completion_tokens":50,
             "temperature":0.70,"top_p":1e-1,"presence_penalty":0.1,"frequency_penalty":-0.5,"seed":7,"stop":["a","b"],
             "n":2,"logprobs":true,"top_logprobs":3,"reasoning_effort":"low","user":"u1","safety_identifier":"s1",
             "parallel_tool_calls":false,"stream":true,"stream_options":{"include_usage":true},
             "logit_bias":{"9":1.50},"metadata":{"b":"1","a":"2"},"x":9007199254740993}
            """)
        #expect(conversation.model == "gpt" && conversation.maximumTokens == 50)
        #expect(conversation.temperature == "0.70" && conversation.topP == "1e-1")
        #expect(conversation.presencePenalty == "0.1" && conversation.frequencyPenalty == "-0.5")
        #expect(conversation.seed == 7 && conversation.stop == ["a", "b"] && conversation.choices == 2)
        #expect(conversation.logProbabilities == 3 && conversation.reasoning?.effort == "low")
        #expect(conversation.user == "u1" && conversation.allowsParallelToolCalls == false && conversation.streams)
        let kept = JSONValue.object(conversation.extensions).text
        #expect(
            String(decoding: kept, as: UTF8.self)
                == #"{"safety_identifier":"s1","logit_bias":{"9":1.50},"metadata":{"b":"1","a":"2"},"x":9007199254740993}"#
        )
    }

    @Test("content is a text or parts of every kind")
    func parts() throws {
        let messages = try message(
            """
            {"role":"developer","content":"be brief"},
            {"role":"user","name":"ann","content":[{"type":"text","text":"see"},
             {"type":"image_url","image_url":{"url":"https://h/i.png","detail":"low"}},
             {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
             {"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},
             {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}},
             {"type":"file","file":{"file_id":"file-1"}}]}
            """)
        #expect(messages[0] == Conversation.Message(.system, [.text("be brief")]))
        #expect(messages[1].name == "ann")
        #expect(
            messages[1].parts == [
                .text("see"), .image(.url("https://h/i.png"), detail: "low"),
                .image(.data(type: "image/png", base64: "AAAA"), detail: nil),
                .audio(.data(type: "audio/mpeg", base64: "BBBB")),
                .document(.data(type: "application/pdf", base64: "CCCC"), name: "a.pdf"),
                .document(.file(id: "file-1"), name: nil),
            ])
    }

    @Test("calls of tools and their results belong together, in the legacy form as well")
    func tools() throws {
        let messages = try message(
            """
            {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[
              {"id":"c1","type":"function","function":{"name":"f","arguments":"{not json"}}]},
            {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"r"}]},
            {"role":"assistant","function_call":{"name":"g","arguments":"{}"}},
            {"role":"function","name":"g","content":"s"}
            """)
        #expect(
            messages[0].parts == [
                .reasoning(ContentPart.Reasoning(text: "hm")),
                .toolCall(ContentPart.ToolCall(id: "c1", name: "f", arguments: "{not json")),
            ])
        #expect(
            messages[1]
                == Conversation.Message(
                    .tool, [.toolResult(ContentPart.ToolResult(id: "c1", name: "f", parts: [.text("r")]))]))
        guard case .toolCall(let call) = messages[2].parts.first, case .toolResult(let result) = messages[3].parts.first
        else { throw CocoaError(.coderInvalidValue) }
        #expect(call.id == result.id && result.name == "g" && messages[3].role == .tool)
    }

    @Test(
        "the choice of a tool is read in all its forms",
        arguments: [
            (#""auto""#, Conversation.ToolChoice.automatic, 2), (#""none""#, .none, 2), (#""required""#, .required, 2),
            (#"{"type":"function","function":{"name":"f"}}"#, .named("f"), 2),
            (
                #"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"#,
                .required, 1
            ),
        ])
    func choice(json: String, expected: Conversation.ToolChoice, count: Int) throws {
        let conversation = try read(
            """
            {"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":\(json),"tools":[
              {"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},
              {"type":"function","function":{"name":"g"}}]}
            """)
        #expect(conversation.toolChoice == expected && conversation.tools.count == count)
        #expect(count == 1 || conversation.tools[0].isStrict == true)
        #expect(count == 1 || conversation.tools[0].parameters == .members(("type", "object")))
    }

    @Test("a JSON schema keeps the order of its members and the text of its numbers")
    func schema() throws {
        let conversation = try read(
            """
            {"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema",
             "json_schema":{"name":"s","strict":true,"schema":{"z":1.50,"a":{"maximum":1e400}}}}}
            """)
        guard case .schema("s", let schema, nil, true) = conversation.format else {
            throw CocoaError(.coderInvalidValue)
        }
        #expect(String(decoding: schema.text, as: UTF8.self) == #"{"z":1.50,"a":{"maximum":1e400}}"#)
    }

    @Test(
        "a request that is none is refused with the name of the member",
        arguments: [
            ("[]", "body"), ("{", "body"), (#"{"messages":[]}"#, "model"), (#"{"model":"m"}"#, "messages"),
            (#"{"model":"m","messages":{}}"#, "messages"), (#"{"model":"m","messages":[]}"#, "messages"),
            (#"{"model":"m","messages":["x"]}"#, "messages[0]"),
            (#"{"model":"m","messages":[{"role":"king"}]}"#, "messages[0].role"),
            (#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content"),
            (#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content"),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
                "messages[0].content[0].text"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}}]}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (#"{"model":"m","messages":[{"role":"tool","content":""}]}"#, "messages[0].tool_call_id"),
            (
                #"{"model":"m","messages":[{"role":"user","content":""}],"tools":[{"type":"function"}]}"#,
                "tools[0].function"
            ),
            (#"{"model":"m","messages":[{"role":"user","content":""}],"max_tokens":0}"#, "max_tokens"),
            (#"{"model":"m","messages":[{"role":"user","content":""}],"seed":1.5}"#, "seed"),
            (#"{"model":"m","messages":[{"role":"user","content":""}],"stop":[1]}"#, "stop[0]"),
        ])
    func refused(json: String, parameter: String) {
        #expect {
            try read(json)
        } throws: { error in
            guard case .invalid(let named, _) = error as? TranslationError else { return false }
            return named == parameter
        }
    }

    @Test("what no other vendor has is refused as unsupported, by name")
    func unsupported() {
        let json = #"{"model":"m","messages":[{"role":"user","content":""}],"tools":[{"type":"custom","custom":{}}]}"#
        #expect {
            try read(json)
        } throws: { error in
            guard case .unsupported("tools[0].type", _) = error as? TranslationError else { return false }
            return true
        }
    }

    @Test("a body nested beyond any request is refused and harms nobody")
    func nesting() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: TranslationError.self) { try read(#"{"model":"m","messages":\#(deep)"#) }
    }

    // MARK: Answers

    @Test("the documented answer is written to the letter")
    func golden() throws {
        let completion = Completion(
            id: "x", model: "gpt-5.4", created: 1_741_569_952,
            choices: [Completion.Choice(parts: [.text("Hello! How can I assist you today?")], finish: .stop)],
            usage: TokenUsage(prompt: 19, completion: 10, cached: 4), fingerprint: "fp_1", serviceTier: "default")
        try DialectFixture.expect(OpenAIChatDialect.answer(completion, in: .forTests()), "openai-chat-answer.json")
    }

    @Test("the documented stream is written to the letter")
    func goldenStream() throws {
        var encoder = OpenAIChatStreamEncoder(.forTests())
        var output: [UInt8] = []
        for event: CompletionEvent in [
            .begin(id: "x", model: "gpt-5.4", created: 1_741_569_952), .text("Hello", choice: 0),
            .toolCall(index: 0, id: "call_1", name: "get_weather", choice: 0),
            .toolArguments(index: 0, #"{"city":"Oslo"}"#, choice: 0), .finish(.toolCalls, choice: 0),
            .usage(TokenUsage(prompt: 19, completion: 10)), .end,
        ] {
            output += encoder.encode(event)
        }
        try DialectFixture.expect(output + encoder.ending, "openai-chat-stream.txt")
    }

    @Test("a stream, put together, is the whole answer", arguments: 0..<200)
    func streams(seed: Int) throws {
        var random = RandomAnswer(seed: UInt64(seed), severalChoices: true)
        let (completion, events) = random.make()
        var encoder = OpenAIChatDialect.makeStreamEncoder(.forTests())
        var output: [UInt8] = []
        for event in events { output += encoder.encode(event) }
        var accumulator = ChatAccumulator()
        for (_, data) in EventReading.events(output) { try accumulator.take(EventReading.object(data)) }
        let whole = try EventReading.object(OpenAIChatDialect.answer(completion, in: .forTests()))
        #expect(NSDictionary(dictionary: accumulator.value) == NSDictionary(dictionary: ChatAccumulator.reduced(whole)))
        #expect(!String(decoding: output, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
        #expect(String(decoding: encoder.ending, as: UTF8.self) == "data: [DONE]\n\n")
    }

    @Test("a vendor's seal on thoughts goes out and comes back, whole and streamed")
    func seals() throws {
        let thought = ContentPart.Reasoning(text: "hm", signature: "c2ln")
        let sealed = ContentPart.Reasoning(text: "", sealed: "eA==")
        let completion = Completion(
            choices: [
                Completion.Choice(parts: [.reasoning(thought), .reasoning(sealed), .text("so")], finish: .stop)
            ])
        let answer = try JSONValue(parsing: OpenAIChatDialect.answer(completion, in: .forTests()))
        let whole = try #require(answer["choices"]?.elements?.first?["message"])
        #expect(
            try message(String(decoding: whole.text, as: UTF8.self)).first?.parts
                == [.reasoning(thought), .reasoning(sealed), .text("so")])
        var encoder = OpenAIChatStreamEncoder(.forTests())
        let bytes = encoder.encode(.reasoningSeal(signature: "c2ln", sealed: nil, choice: 0))
        let chunk = try JSONValue(parsing: Array(try #require(EventReading.events(bytes).last).data.utf8))
        let details = try #require(chunk["choices"]?.elements?.first?["delta"]?["reasoning_details"])
        let streamed = JSONValue.members(
            ("role", "assistant"), ("content", "so"), ("reasoning_content", "hm"), ("reasoning_details", details))
        #expect(
            try message(String(decoding: streamed.text, as: UTF8.self)).first?.parts == [
                .reasoning(thought), .text("so"),
            ])
    }

    @Test("usage is kept from a client that did not ask for it")
    func withoutUsage() {
        var encoder = OpenAIChatStreamEncoder(.forTests(includesUsage: false))
        #expect(encoder.encode(.usage(TokenUsage(prompt: 1, completion: 1))).isEmpty)
        #expect(!String(decoding: encoder.encode(.text("a", choice: 0)), as: UTF8.self).contains("usage"))
    }
}

/// Puts chunks together as a client does.
private struct ChatAccumulator {
    private var choices: [Int: [String: Any]] = [:]
    private var usage: Any?

    mutating func take(_ chunk: [String: Any]) {
        if let counted = chunk["usage"] as? [String: Any] { usage = counted }
        for choice in chunk["choices"] as? [[String: Any]] ?? [] {
            let index = choice["index"] as? Int ?? -1
            var message = choices[index] ?? [:]
            let delta = choice["delta"] as? [String: Any] ?? [:]
            for name in ["role", "content", "reasoning_content", "refusal"] {
                guard let text = delta[name] as? String else { continue }
                message[name] = (message[name] as? String ?? "") + text
            }
            var calls = message["tool_calls"] as? [[String: Any]] ?? []
            for call in delta["tool_calls"] as? [[String: Any]] ?? [] {
                let function = call["function"] as? [String: Any] ?? [:]
                if call["id"] != nil {
                    calls.append(call.filter { $0.key != "index" })
                } else if let place = call["index"] as? Int {
                    var made = calls[place]["function"] as? [String: Any] ?? [:]
                    made["arguments"] =
                        (made["arguments"] as? String ?? "") + (function["arguments"] as? String ?? "")
                    calls[place]["function"] = made
                }
            }
            if !calls.isEmpty { message["tool_calls"] = calls }
            if let reason = choice["finish_reason"] as? String { message["finish_reason"] = reason }
            choices[index] = message
        }
    }

    var value: [String: Any] {
        var value: [String: Any] = ["usage": usage ?? NSNull()]
        for (index, message) in choices { value["\(index)"] = message.filter { !Self.isEmpty($0.value) } }
        return value
    }

    /// A whole answer in the same form.
    static func reduced(_ answer: [String: Any]) -> [String: Any] {
        var value: [String: Any] = ["usage": answer["usage"] ?? NSNull()]
        for choice in answer["choices"] as? [[String: Any]] ?? [] {
            var message = choice["message"] as? [String: Any] ?? [:]
            message["finish_reason"] = choice["finish_reason"]
            value["\(choice["index"] as? Int ?? -1)"] = message.filter { !isEmpty($0.value) }
        }
        return value
    }

    /// `null` and the empty text that a stream begins with say the same.
    private static func isEmpty(_ value: Any) -> Bool { value is NSNull || value as? String == "" }
}
