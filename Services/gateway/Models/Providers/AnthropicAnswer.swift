/// Reads a complete answer of Anthropic's Messages.
enum AnthropicAnswer {
    static func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        guard let blocks = answer["content"]?.elements else { throw .malformedAnswer("no content") }
        let choice = Completion.Choice(
            parts: blocks.compactMap(part),
            finish: finish(answer["stop_reason"]?.string, answer["stop_sequence"]?.string))
        return Completion(
            id: answer["id"]?.string, model: answer["model"]?.string, choices: [choice],
            usage: usage(answer["usage"]), serviceTier: answer["usage"]?["service_tier"]?.string)
    }

    /// Blocks of the vendor's own tools, which nobody asked for here, have no part.
    private static func part(_ block: JSONValue) -> ContentPart? {
        switch block["type"]?.string {
        case "text": block["text"]?.string.flatMap { $0.isEmpty ? nil : .text($0) }
        case "thinking":
            .reasoning(
                ContentPart.Reasoning(
                    text: block["thinking"]?.string ?? "", signature: block["signature"]?.string))
        case "redacted_thinking":
            .reasoning(ContentPart.Reasoning(text: "", sealed: block["data"]?.string))
        case "tool_use":
            .toolCall(
                ContentPart.ToolCall(
                    id: block["id"]?.string ?? "", name: block["name"]?.string ?? "",
                    arguments: block["input"]?.compactText ?? "{}"))
        default: nil
        }
    }

    static func finish(_ reason: String?, _ sequence: String?) -> FinishReason {
        switch reason {
        case "end_turn", nil: .stop
        case "stop_sequence": .stopSequence(sequence)
        case "max_tokens", "model_context_window_exceeded": .length
        case "tool_use": .toolCalls
        case "pause_turn": .paused
        case "refusal": .refusal
        case .some(let other): .other(other)
        }
    }

    /// `input_tokens` leaves out what was read from or written to the cache ("Prompt caching").
    static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage, let input = usage["input_tokens"]?.integer else { return nil }
        let read = usage["cache_read_input_tokens"]?.integer ?? 0
        let written = usage["cache_creation_input_tokens"]?.integer ?? 0
        return TokenUsage.counted(
            prompt: sum(input, read, written), completion: usage["output_tokens"]?.integer, cached: read,
            cacheWrite: written, reasoning: usage["output_tokens_details"]?["thinking_tokens"]?.integer)
    }

    /// Nil, which is no count, instead of an overflow.
    private static func sum(_ counts: Int64...) -> Int64? {
        guard counts.allSatisfy({ (0...TokenUsage.maximum).contains($0) }) else { return nil }
        return counts.reduce(0, +)
    }
}
