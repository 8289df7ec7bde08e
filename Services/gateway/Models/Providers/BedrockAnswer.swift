/// Reads a complete answer of Bedrock's Converse.
enum BedrockAnswer {
    static func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        guard let blocks = answer["output"]?["message"]?["content"]?.elements else {
            throw .malformedAnswer("no message")
        }
        let choice = Completion.Choice(
            parts: blocks.compactMap(part),
            finish: finish(answer["stopReason"]?.string, answer["additionalModelResponseFields"]))
        return Completion(choices: [choice], usage: usage(answer["usage"]))
    }

    private static func part(_ block: JSONValue) -> ContentPart? {
        if let text = block["text"]?.string { return text.isEmpty ? nil : .text(text) }
        if let call = block["toolUse"] {
            return .toolCall(
                ContentPart.ToolCall(
                    id: call["toolUseId"]?.string ?? "", name: call["name"]?.string ?? "",
                    arguments: call["input"]?.compactText ?? "{}"))
        }
        guard let reasoning = block["reasoningContent"] else { return nil }
        if let sealed = reasoning["redactedContent"]?.string {
            return .reasoning(ContentPart.Reasoning(text: "", sealed: sealed))
        }
        return .reasoning(
            ContentPart.Reasoning(
                text: reasoning["reasoningText"]?["text"]?.string ?? "",
                signature: reasoning["reasoningText"]?["signature"]?.string))
    }

    // MARK: Parts that a stream has too

    /// - Parameter fields: The members of the model's own answer that were asked for.
    static func finish(_ reason: String?, _ fields: JSONValue?) -> FinishReason {
        switch reason {
        case "end_turn", nil: .stop
        case "stop_sequence": .stopSequence(fields?["stop_sequence"]?.string)
        case "max_tokens", "model_context_window_exceeded": .length
        case "tool_use": .toolCalls
        case "guardrail_intervened", "content_filtered": .contentFilter
        case "refusal": .refusal
        case .some(let other): .other(other)
        }
    }

    /// `inputTokens` leaves out what was read from or written to the cache ("Prompt caching").
    static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage, let input = usage["inputTokens"]?.integer else { return nil }
        let read = usage["cacheReadInputTokens"]?.integer ?? 0
        let written = usage["cacheWriteInputTokens"]?.integer ?? 0
        guard [input, read, written].allSatisfy((0...TokenUsage.maximum).contains) else { return nil }
        return TokenUsage.counted(
            prompt: input + read + written, completion: usage["outputTokens"]?.integer, cached: read,
            cacheWrite: written)
    }
}
