/// OpenAI's chat completions (`POST /v1/chat/completions`), as its clients speak them.
///
/// What a model thought goes out as `reasoning_content`, which is what DeepSeek and vLLM call it; its vendor's seal, with
/// which it may be sent back, as `reasoning_details`, which is what OpenRouter calls it.
enum OpenAIChatDialect: ClientDialect {
    static let dialect = ModelDialect.openAIChat

    static func answer(_ completion: Completion, in context: AnswerContext) -> [UInt8] {
        let choices = completion.choices.enumerated().map { index, choice in
            JSONValue.object([
                JSONValue.Member("index", .integer(Int64(index))), JSONValue.Member("message", message(choice.parts)),
                JSONValue.Member("logprobs", choice.logProbabilities ?? .null),
                JSONValue.Member("finish_reason", .string(word(for: choice.finish))),
            ])
        }
        return JSONValue.members(
            ("id", .string("chatcmpl-" + context.identifier)), ("object", "chat.completion"),
            ("created", .integer(completion.created ?? context.created)),
            ("model", .string(completion.model ?? context.model)), ("choices", .array(choices)),
            ("usage", completion.usage.map(usage)),
            ("service_tier", OpenAIServiceTier.word(for: completion.serviceTier).map(JSONValue.string)),
            ("system_fingerprint", completion.fingerprint.map(JSONValue.string))
        ).text
    }

    static func makeStreamEncoder(_ context: AnswerContext) -> any AnswerStreamEncoder {
        OpenAIChatStreamEncoder(context)
    }

    static func makeRelay(_ context: AnswerContext) -> any AnswerRelay {
        NativeRelay(OpenAIChatEventReader(hidesUsageChunk: !context.includesUsage))
    }

    static func makeTrail() -> (any NativeTrail)? { OpenAIChatTrail() }

    static func reading(of answer: [UInt8]) throws(JSONSyntaxError) -> ModelAnswer {
        try ModelAnswer(answer)
    }

    static func body(of error: OpenAIError) -> [UInt8] { error.body }

    static func event(of error: OpenAIError) -> [UInt8] { error.event }

    // MARK: Parts of an answer

    private static func message(_ parts: [ContentPart]) -> JSONValue {
        var message = OpenAIChatMessage()
        for part in parts { message.take(part) }
        return message.value
    }

    static func usage(_ usage: TokenUsage) -> JSONValue {
        .members(
            ("prompt_tokens", .integer(usage.prompt)), ("completion_tokens", .integer(usage.completion)),
            ("total_tokens", .integer(usage.prompt + usage.completion)),
            (
                "prompt_tokens_details",
                .members(
                    ("cached_tokens", .integer(usage.cached)), ("cache_write_tokens", .integer(usage.cacheWrite)))
            ),
            ("completion_tokens_details", .members(("reasoning_tokens", .integer(usage.reasoning)))))
    }

    static func word(for reason: FinishReason) -> String {
        switch reason {
        case .stop, .stopSequence, .paused, .other: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter, .refusal: "content_filter"
        }
    }
}

/// The assistant's message of an answer, put together from its parts.
private struct OpenAIChatMessage {
    private var content: String?
    private var refusal: String?
    private var reasoning: String?
    private var details: [JSONValue] = []
    private var calls: [JSONValue] = []

    mutating func take(_ part: ContentPart) {
        switch part {
        case .text(let text): content = (content ?? "") + text
        case .refusal(let text): refusal = (refusal ?? "") + text
        case .reasoning(let thought):
            if !thought.text.isEmpty { reasoning = (reasoning ?? "") + thought.text }
            details += OpenAIChatThoughts.details(thought)
        case .toolCall(let call):
            calls.append(
                .members(
                    ("id", .string(call.id)), ("type", "function"),
                    ("function", .members(("name", .string(call.name)), ("arguments", .string(call.arguments))))))
        case .image, .audio, .document, .toolResult:
            // No model answers with them in this interface; a provider's adapter does not make them.
            break
        }
    }

    /// An answer that says nothing at all has empty content, as clients take the length of it.
    var value: JSONValue {
        let text = content ?? (refusal == nil && calls.isEmpty ? "" : nil)
        var members = [
            JSONValue.Member("role", "assistant"),
            JSONValue.Member("content", text.map(JSONValue.string) ?? .null),
            JSONValue.Member("refusal", refusal.map(JSONValue.string) ?? .null),
        ]
        if let reasoning { members.append(JSONValue.Member("reasoning_content", .string(reasoning))) }
        if !details.isEmpty { members.append(JSONValue.Member("reasoning_details", .array(details))) }
        if !calls.isEmpty { members.append(JSONValue.Member("tool_calls", .array(calls))) }
        return .object(members)
    }
}
