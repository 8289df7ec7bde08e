@testable import Gateway

/// Conversations for property tests: what every vendor has words for.
struct RandomConversation {
    private var random: RandomAnswer

    init(seed: UInt64) {
        random = RandomAnswer(seed: seed)
    }

    mutating func make() -> Conversation {
        var conversation = Conversation(model: "some-model")
        if flip() { conversation.messages.append(Conversation.Message(.system, [.text(text())])) }
        for turn in 0..<random.number(1...3) {
            conversation.messages.append(Conversation.Message(.user, content()))
            let calls = (0..<random.number(0...2)).map { call in
                ContentPart.ToolCall(id: "call_\(turn)_\(call)", name: "tool_\(call)", arguments: #"{"n":1.50,"a":[]}"#)
            }
            let words: [ContentPart] = calls.isEmpty || flip() ? [.text(text())] : []
            conversation.messages.append(Conversation.Message(.assistant, words + calls.map { .toolCall($0) }))
            guard !calls.isEmpty else { continue }
            for call in calls {
                let result = ContentPart.ToolResult(id: call.id, name: call.name, parts: [.text(text())])
                conversation.messages.append(Conversation.Message(.tool, [.toolResult(result)]))
            }
            conversation.messages.append(Conversation.Message(.assistant, [.text(text())]))
        }
        conversation.messages.append(Conversation.Message(.user, content()))
        conversation.tools = (0..<2).map { index in
            Conversation.Tool(
                name: "tool_\(index)", description: flip() ? text() : nil,
                parameters: .members(("type", "object"), ("properties", .object([])), ("x-z", .number("1.50"))))
        }
        conversation.toolChoice = [nil, .automatic, .required, .named("tool_1")][random.number(0...3)]
        conversation.maximumTokens = Int64(random.number(10...4000))
        conversation.temperature = flip() ? "0.70" : nil
        conversation.topP = flip() ? "0.9" : nil
        conversation.stop = flip() ? ["END", "STOP"] : []
        conversation.user = flip() ? "user-1" : nil
        conversation.streams = flip()
        return conversation
    }

    /// What only OpenAI has words for.
    mutating func addOpenAI(_ conversation: inout Conversation) {
        conversation.seed = flip() ? 7 : nil
        conversation.choices = Int64(random.number(1...3))
        conversation.presencePenalty = flip() ? "0.5" : nil
        conversation.frequencyPenalty = flip() ? "-0.25" : nil
        conversation.logProbabilities = flip() ? 3 : nil
        conversation.allowsParallelToolCalls = flip() ? false : nil
        if flip() { conversation.reasoning = Conversation.ReasoningDemand(effort: "low") }
        if flip() {
            conversation.format = .schema(
                name: "s", schema: .members(("type", "object")), description: "d", isStrict: true)
        }
        if flip() { conversation.extensions = [JSONValue.Member("logit_bias", .members(("9", .number("1.50"))))] }
    }

    /// What only Anthropic has words for.
    mutating func addAnthropic(_ conversation: inout Conversation) {
        conversation.topK = flip() ? 5 : nil
        if flip() {
            conversation.format = .schema(
                name: "answer", schema: .members(("type", "object")), description: nil, isStrict: true)
        }
        if conversation.toolChoice == .automatic { conversation.allowsParallelToolCalls = flip() ? false : nil }
    }

    private mutating func content() -> [ContentPart] {
        var parts: [ContentPart] = [.text(text())]
        if random.number(0...3) == 0 { parts.append(.image(.url("https://example.com/i.png"), detail: nil)) }
        if random.number(0...3) == 0 { parts.append(.image(.data(type: "image/png", base64: "AAAA"), detail: nil)) }
        return parts
    }

    private mutating func text() -> String {
        ["a", "é\"\\\n", "😀 日本", "</s> data: [DONE]\n\n", "{}"][random.number(0...4)]
    }

    private mutating func flip() -> Bool { random.number(0...1) == 1 }
}
