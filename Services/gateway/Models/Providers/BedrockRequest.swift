/// Writes a conversation as a body of Bedrock's Converse.
struct BedrockRequest {
    let conversation: Conversation
    let model: String

    private var isAnthropic: Bool { Self.isAnthropic(model) }

    static func isAnthropic(_ model: String) -> Bool { model.contains("anthropic.") || model.contains("claude") }

    func value() throws(TranslationError) -> JSONValue {
        let chat = conversation
        try chat.refuse(
            choices: true, penalties: true, logProbabilities: true, topK: !isAnthropic)
        if chat.allowsParallelToolCalls == false, !chat.tools.isEmpty {
            throw .unsupported(parameter: "parallel_tool_calls", "this model's provider has no such setting")
        }
        _ = try ForeignMembers.passed(chat.extensions)
        let thinking = try self.thinking()
        let fields = JSONValue.members(
            ("top_k", chat.topK.map(JSONValue.integer)), ("thinking", thinking.configuration),
            ("reasoning_effort", thinking.word))
        return .members(
            ("messages", .array(try BedrockTurns.messages(chat.turns))), ("system", try system()),
            ("inferenceConfig", inference), ("toolConfig", try tools()),
            ("outputConfig", try output(effort: thinking.effort)),
            ("additionalModelRequestFields", fields == .object([]) ? nil : fields),
            // Converse itself does not say which sequence it was.
            (
                "additionalModelResponseFieldPaths",
                isAnthropic && !chat.stop.isEmpty ? .array(["/stop_sequence"]) : nil
            ))
    }

    private func system() throws(TranslationError) -> JSONValue? {
        var blocks: [JSONValue] = []
        for part in conversation.instructions {
            guard let text = part.text else {
                throw .unsupported(parameter: "messages", "this model's provider takes only text as instructions")
            }
            if !text.isEmpty { blocks.append(.members(("text", .string(text)))) }
        }
        return blocks.isEmpty ? nil : .array(blocks)
    }

    private var inference: JSONValue? {
        let chat = conversation
        let configuration = JSONValue.members(
            ("maxTokens", chat.maximumTokens.map(JSONValue.integer)),
            ("temperature", chat.temperature.map(JSONValue.number)), ("topP", chat.topP.map(JSONValue.number)),
            ("stopSequences", chat.stop.isEmpty ? nil : .array(chat.stop.map(JSONValue.string))))
        return configuration == .object([]) ? nil : configuration
    }

    /// There is no word for "call none": then the tools are not shown, which works as long as no turn has used one.
    private func tools() throws(TranslationError) -> JSONValue? {
        guard !conversation.tools.isEmpty else { return nil }
        var choice: JSONValue?
        switch conversation.toolChoice {
        case nil: choice = nil
        case .automatic: choice = .members(("auto", .object([])))
        case .required: choice = .members(("any", .object([])))
        case .named(let name): choice = .members(("tool", .members(("name", .string(name)))))
        case .some(.none):
            guard !BedrockTurns.useTools(conversation.turns) else {
                throw .unsupported(parameter: "tool_choice", "this model's provider cannot be told to call no tool")
            }
            return nil
        }
        let tools = conversation.tools.map { tool in
            let schema = tool.parameters ?? .members(("type", "object"), ("properties", .object([])))
            let specification = JSONValue.members(
                ("name", .string(tool.name)), ("description", tool.description.map(JSONValue.string)),
                ("inputSchema", .members(("json", schema))), ("strict", tool.isStrict == true ? true : nil))
            return JSONValue.members(("toolSpec", specification))
        }
        return .members(("tools", .array(tools)), ("toolChoice", choice))
    }

    private func output(effort: String?) throws(TranslationError) -> JSONValue? {
        var format: JSONValue?
        switch conversation.format {
        case nil, .text: break
        case .json:
            throw .unsupported(
                parameter: "response_format", "this model's provider writes JSON only by a schema (json_schema)")
        case .schema(let name, let schema, let description, _):
            let definition = JSONValue.members(
                ("schema", .string(schema.compactText)), ("name", .string(name)),
                ("description", description.map(JSONValue.string)))
            format = .members(("type", "json_schema"), ("structure", .members(("jsonSchema", definition))))
        }
        guard format != nil || effort != nil else { return nil }
        return .members(("textFormat", format), ("effort", effort.map(JSONValue.string)))
    }

    private func thinking() throws(TranslationError) -> (configuration: JSONValue?, effort: String?, word: JSONValue?) {
        guard let demand = conversation.reasoning else { return (nil, nil, nil) }
        if isAnthropic {
            let thinking = AnthropicThinking(
                demand, model: model, limit: conversation.maximumTokens ?? AnthropicRequest.defaultMaximumTokens)
            return (thinking.configuration, thinking.effort, nil)
        }
        guard let word = demand.effortWord, word != "none" else { return (nil, nil, nil) }
        guard model.contains("openai.") else {
            throw .unsupported(parameter: "reasoning_effort", "this model's provider has no such setting")
        }
        return (nil, nil, .string(word))
    }
}
