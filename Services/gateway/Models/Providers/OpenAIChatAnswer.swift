/// Reads a complete answer of OpenAI's chat completions, or of a copy of them.
enum OpenAIChatAnswer {
    static func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        guard let choices = answer["choices"]?.elements else { throw .malformedAnswer("no choices") }
        let id = answer["id"]?.string.flatMap(named)
        var read: [Completion.Choice] = []
        for (index, choice) in choices.enumerated() { read.append(try self.choice(choice, index, of: id)) }
        return Completion(
            id: id, model: answer["model"]?.string.flatMap(named), created: answer["created"]?.integer, choices: read,
            usage: TokenUsage.openAI(answer["usage"]), fingerprint: answer["system_fingerprint"]?.string,
            serviceTier: answer["service_tier"]?.string)
    }

    private static func choice(
        _ choice: JSONValue, _ index: Int, of answer: String?
    ) throws(TranslationError) -> Completion.Choice {
        guard let message = choice["message"], message.members != nil else {
            throw .malformedAnswer("a choice without a message")
        }
        let parts = parts(of: message) { place, name in
            ToolCallID.made(answer: answer, choice: index, index: place, name: name)
        }
        return Completion.Choice(
            parts: parts, finish: finish(choice["finish_reason"]?.string, parts), logProbabilities: choice["logprobs"])
    }

    private static func parts(of message: JSONValue, madeID: (Int, String) -> String) -> [ContentPart] {
        var parts: [ContentPart] = []
        if let thoughts = thoughts(message), !thoughts.isEmpty {
            parts.append(.reasoning(ContentPart.Reasoning(text: thoughts)))
        }
        parts += content(message["content"])
        if let refusal = message["refusal"]?.string, !refusal.isEmpty { parts.append(.refusal(refusal)) }
        for (index, call) in (message["tool_calls"]?.elements ?? []).enumerated() {
            parts.append(.toolCall(toolCall(call["function"], call["id"]?.string) { madeID(index, $0) }))
        }
        // What calls were before there were tools.
        if let call = message["function_call"] { parts.append(.toolCall(toolCall(call, nil) { madeID(0, $0) })) }
        return parts
    }

    /// A string, or chunks of text, thoughts and refusals.
    private static func content(_ content: JSONValue?) -> [ContentPart] {
        guard let chunks = content?.elements else {
            return content?.string.flatMap { $0.isEmpty ? nil : [.text($0)] } ?? []
        }
        return chunks.compactMap { chunk in
            switch chunk["type"]?.string {
            case "text": chunk["text"]?.string.flatMap(named).map(ContentPart.text)
            case "refusal": chunk["refusal"]?.string.map(ContentPart.refusal)
            case "thinking": .reasoning(ContentPart.Reasoning(text: thinking(chunk)))
            default: nil
            }
        }
    }

    private static func toolCall(
        _ function: JSONValue?, _ id: String?, madeID: (String) -> String
    ) -> ContentPart.ToolCall {
        let name = function?["name"]?.string ?? ""
        return ContentPart.ToolCall(
            id: id.flatMap(named) ?? madeID(name), name: name, arguments: arguments(function?["arguments"]))
    }

    // MARK: Parts that a stream has too

    static func named(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// A string, as it has to be, or the object that some servers write.
    static func arguments(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        return value.string ?? value.compactText
    }

    /// `reasoning_content` (DeepSeek, llama.cpp, older vLLM) or `reasoning` (vLLM, Ollama, routers).
    static func thoughts(_ message: JSONValue) -> String? {
        message["reasoning_content"]?.string ?? message["reasoning"]?.string
    }

    /// The text of a chunk of thoughts: its own, or that of the chunks in it.
    static func thinking(_ chunk: JSONValue) -> String {
        guard let inner = chunk["thinking"]?.elements else { return chunk["thinking"]?.string ?? "" }
        return inner.compactMap { $0["text"]?.string }.joined()
    }

    /// - Parameter parts: OpenAI says `stop` also for a call that was demanded by its name, and for a refusal.
    static func finish(_ reason: String?, _ parts: [ContentPart]) -> FinishReason {
        var called = false
        var refused = false
        for part in parts {
            if case .toolCall = part { called = true }
            if case .refusal = part { refused = true }
        }
        return finish(reason, called: called, refused: refused)
    }

    static func finish(_ reason: String?, called: Bool, refused: Bool) -> FinishReason {
        switch reason {
        case "stop", nil: called ? .toolCalls : refused ? .refusal : .stop
        // The second is Mistral's.
        case "length", "model_length": .length
        case "tool_calls", "function_call": .toolCalls
        case "content_filter": .contentFilter
        case .some(let other): .other(other)
        }
    }
}
