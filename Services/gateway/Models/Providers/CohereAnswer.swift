/// Reads a complete answer of Cohere's `/v2/chat`.
enum CohereAnswer {
    static func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        guard let message = answer["message"], message.members != nil else { throw .malformedAnswer("no message") }
        let reason = answer["finish_reason"]?.string
        guard reason != "ERROR", reason != "TIMEOUT" else { throw .malformedAnswer("the model failed") }
        let choice = Completion.Choice(parts: parts(of: message), finish: finish(reason))
        return Completion(id: answer["id"]?.string, choices: [choice], usage: usage(answer["usage"]))
    }

    private static func parts(of message: JSONValue) -> [ContentPart] {
        var parts: [ContentPart] = []
        if let plan = message["tool_plan"]?.string, !plan.isEmpty {
            parts.append(.reasoning(ContentPart.Reasoning(text: plan)))
        }
        for chunk in message["content"]?.elements ?? [] {
            if let thoughts = chunk["thinking"]?.string, !thoughts.isEmpty {
                parts.append(.reasoning(ContentPart.Reasoning(text: thoughts)))
            } else if let text = chunk["text"]?.string, !text.isEmpty {
                parts.append(.text(text))
            }
        }
        for call in message["tool_calls"]?.elements ?? [] {
            parts.append(
                .toolCall(
                    ContentPart.ToolCall(
                        id: call["id"]?.string ?? "", name: call["function"]?["name"]?.string ?? "",
                        arguments: call["function"]?["arguments"]?.string ?? "{}")))
        }
        return parts
    }

    // MARK: Parts that a stream has too

    static func finish(_ reason: String?) -> FinishReason {
        switch reason {
        case "COMPLETE", nil: .stop
        case "STOP_SEQUENCE": .stopSequence(nil)
        case "MAX_TOKENS": .length
        case "TOOL_CALL": .toolCalls
        case .some(let other): .other(other)
        }
    }

    static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage else { return nil }
        let counts = usage["billed_units"]?["input_tokens"] == nil ? usage["tokens"] : usage["billed_units"]
        return TokenUsage.counted(
            prompt: count(counts?["input_tokens"]), completion: count(counts?["output_tokens"]),
            cached: count(usage["cached_tokens"]))
    }

    /// Counts are typed as floating point.
    static func count(_ value: JSONValue?) -> Int64? {
        guard let text = value?.number else { return nil }
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0.rounded()) }
    }
}
