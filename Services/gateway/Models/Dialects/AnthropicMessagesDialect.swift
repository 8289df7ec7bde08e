/// Anthropic's messages (`POST /v1/messages`), as its clients speak them.
enum AnthropicMessagesDialect: ClientDialect {
    static let dialect = ModelDialect.anthropicMessages

    static func answer(_ completion: Completion, in context: AnswerContext) -> [UInt8] {
        let choice = completion.choices.first
        let stop = word(for: choice?.finish ?? .stop)
        return JSONValue.object([
            JSONValue.Member("id", .string("msg_" + context.identifier)), JSONValue.Member("type", "message"),
            JSONValue.Member("role", "assistant"),
            JSONValue.Member("model", .string(completion.model ?? context.model)),
            JSONValue.Member("content", .array((choice?.parts ?? []).flatMap(blocks))),
            JSONValue.Member("stop_reason", .string(stop.reason)),
            JSONValue.Member("stop_sequence", stop.sequence.map(JSONValue.string) ?? .null),
            JSONValue.Member("usage", usage(completion.usage ?? .none)),
        ]).text
    }

    static func makeStreamEncoder(_ context: AnswerContext) -> any AnswerStreamEncoder {
        AnthropicStreamEncoder(context)
    }

    static func makeRelay(_ context: AnswerContext) -> any AnswerRelay {
        NativeRelay(AnthropicEventReader())
    }

    static func makeTrail() -> (any NativeTrail)? { AnthropicTrail() }

    static func reading(of answer: [UInt8]) throws(JSONSyntaxError) -> ModelAnswer {
        let document = JSONDocument(answer)
        var counts = AnthropicUsage()
        var reading = ModelAnswer(usage: nil, hasContent: false, isError: false)
        try document.scan { key, value in
            if key.matches("usage") { counts.take(value, in: document) }
            if key.matches("content") { reading.hasContent = true }
            if key.matches("error") { reading.isError = value.kind != .null }
        }
        reading.usage = counts.usage
        return reading
    }

    // MARK: Parts of an answer

    private static func blocks(_ part: ContentPart) -> [JSONValue] {
        switch part {
        case .text(let text), .refusal(let text): [.members(("type", "text"), ("text", .string(text)))]
        case .reasoning(let thought): blocks(thought)
        case .toolCall(let call):
            [
                .members(
                    ("type", "tool_use"), ("id", .string(call.id)), ("name", .string(call.name)),
                    ("input", input(call.arguments)))
            ]
        // No model answers with them in this interface; a provider's adapter does not make them.
        case .image, .audio, .document, .toolResult: []
        }
    }

    private static func blocks(_ thought: ContentPart.Reasoning) -> [JSONValue] {
        var blocks: [JSONValue] = []
        if !thought.text.isEmpty || thought.signature != nil {
            blocks.append(
                .members(
                    ("type", "thinking"), ("thinking", .string(thought.text)),
                    ("signature", .string(thought.signature ?? ""))))
        }
        if let sealed = thought.sealed {
            blocks.append(.members(("type", "redacted_thinking"), ("data", .string(sealed))))
        }
        return blocks
    }

    /// The arguments as the object that they have to be. What is none goes out under the name that the vendor's
    /// documentation of streamed tool calls gives to it.
    static func input(_ arguments: String) -> JSONValue {
        guard !arguments.isEmpty else { return .object([]) }
        if let value = try? JSONValue(parsing: Array(arguments.utf8)), value.members != nil { return value }
        return .members(("INVALID_JSON", .string(arguments)))
    }

    /// Here what was read from the cache and what was written to it is not part of `input_tokens`.
    static func usage(_ usage: TokenUsage) -> JSONValue {
        .members(
            ("input_tokens", .integer(usage.prompt - usage.cached - usage.cacheWrite)),
            ("cache_creation_input_tokens", .integer(usage.cacheWrite)),
            ("cache_read_input_tokens", .integer(usage.cached)), ("output_tokens", .integer(usage.completion)),
            (
                "output_tokens_details",
                usage.reasoning == 0 ? nil : .members(("thinking_tokens", .integer(usage.reasoning)))
            ))
    }

    static func word(for reason: FinishReason) -> (reason: String, sequence: String?) {
        switch reason {
        case .stop, .other: ("end_turn", nil)
        case .stopSequence(let sequence): ("stop_sequence", sequence)
        case .length: ("max_tokens", nil)
        case .toolCalls: ("tool_use", nil)
        case .contentFilter, .refusal: ("refusal", nil)
        case .paused: ("pause_turn", nil)
        }
    }
}
