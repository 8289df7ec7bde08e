/// Reads a complete answer of `generateContent`, and the parts that its streams share with it.
enum GeminiAnswer {
    static func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        let id = answer["responseId"]?.string
        var choices: [Completion.Choice] = []
        for (index, candidate) in (answer["candidates"]?.elements ?? []).enumerated() {
            choices.append(choice(candidate, index, of: id))
        }
        if choices.isEmpty {
            // A prompt that the filter refused has no candidates.
            guard answer["promptFeedback"]?["blockReason"] != nil else { throw .malformedAnswer("no candidates") }
            choices = [Completion.Choice(parts: [], finish: .contentFilter)]
        }
        return Completion(
            id: id, model: answer["modelVersion"]?.string, choices: choices, usage: usage(answer["usageMetadata"]))
    }

    private static func choice(_ candidate: JSONValue, _ index: Int, of answer: String?) -> Completion.Choice {
        var parts: [ContentPart] = []
        var calls = 0
        for part in candidate["content"]?["parts"]?.elements ?? [] {
            let signature = part["thoughtSignature"]?.string.map { ThoughtSeal.mark($0, GeminiTurns.vendor) }
            if part["thought"]?.boolean == true {
                think(part["text"]?.string ?? "", signature, &parts)
                continue
            }
            if let signature { seal(signature, &parts) }
            if let text = part["text"]?.string, !text.isEmpty { parts.append(.text(text)) }
            if let call = part["functionCall"] {
                parts.append(.toolCall(toolCall(call, answer: answer, choice: index, place: calls)))
                calls += 1
            }
        }
        return Completion.Choice(
            parts: joined(parts), finish: finish(candidate["finishReason"]?.string, called: calls > 0),
            logProbabilities: logProbabilities(candidate["logprobsResult"]))
    }

    private static func think(_ text: String, _ signature: String?, _ parts: inout [ContentPart]) {
        if case .reasoning(let before)? = parts.last, before.signature == nil {
            parts[parts.count - 1] = .reasoning(
                ContentPart.Reasoning(text: before.text + text, signature: signature))
        } else {
            parts.append(.reasoning(ContentPart.Reasoning(text: text, signature: signature)))
        }
    }

    /// The seal stands on the part after the thoughts.
    private static func seal(_ signature: String, _ parts: inout [ContentPart]) {
        if case .reasoning(var before)? = parts.last, before.signature == nil {
            before.signature = signature
            parts[parts.count - 1] = .reasoning(before)
        } else {
            parts.append(.reasoning(ContentPart.Reasoning(text: "", signature: signature)))
        }
    }

    /// Texts that follow each other are one.
    private static func joined(_ parts: [ContentPart]) -> [ContentPart] {
        var joined: [ContentPart] = []
        for part in parts {
            if case .text(let text) = part, case .text(let before)? = joined.last {
                joined[joined.count - 1] = .text(before + text)
            } else {
                joined.append(part)
            }
        }
        return joined
    }

    // MARK: Parts that a stream has too

    static func toolCall(
        _ call: JSONValue, answer: String?, choice: Int, place: Int
    ) -> ContentPart.ToolCall {
        let name = call["name"]?.string ?? ""
        return ContentPart.ToolCall(
            id: call["id"]?.string ?? ToolCallID.made(answer: answer, choice: choice, index: place, name: name),
            name: name, arguments: call["args"]?.compactText ?? "{}")
    }

    static func finish(_ reason: String?, called: Bool) -> FinishReason {
        switch reason {
        case "STOP", nil: called ? .toolCalls : .stop
        case "MAX_TOKENS": .length
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR":
            .contentFilter
        case .some(let other): .other(other)
        }
    }

    /// What was thought is not part of `candidatesTokenCount`.
    static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage, let prompt = usage["promptTokenCount"]?.integer else { return nil }
        let tools = usage["toolUsePromptTokenCount"]?.integer ?? 0
        let written = usage["candidatesTokenCount"]?.integer ?? 0
        let thought = usage["thoughtsTokenCount"]?.integer ?? 0
        guard [prompt, tools, written, thought].allSatisfy((0...TokenUsage.maximum).contains) else { return nil }
        return TokenUsage.counted(
            prompt: prompt + tools, completion: written + thought,
            cached: usage["cachedContentTokenCount"]?.integer, reasoning: thought)
    }

    /// In OpenAI's shape.
    static func logProbabilities(_ result: JSONValue?) -> JSONValue? {
        guard let chosen = result?["chosenCandidates"]?.elements else { return nil }
        let alternatives = result?["topCandidates"]?.elements ?? []
        let tokens = chosen.enumerated().map { index, candidate in
            let top = index < alternatives.count ? alternatives[index]["candidates"]?.elements ?? [] : []
            return token(candidate, [("top_logprobs", .array(top.map { token($0, []) }))])
        }
        return .members(("content", .array(tokens)))
    }

    private static func token(_ candidate: JSONValue, _ more: [(String, JSONValue)]) -> JSONValue {
        let text = candidate["token"]?.string ?? ""
        let bytes = JSONValue.array(text.utf8.map { .integer(Int64($0)) })
        let members = [
            ("token", .string(text)), ("logprob", candidate["logProbability"] ?? .integer(0)), ("bytes", bytes),
        ]
        return .object((members + more).map { JSONValue.Member($0.0, $0.1) })
    }
}
