/// Writes a conversation as a body of OpenAI's chat completions, or in a copy's words.
struct OpenAIChatRequest {
    let conversation: Conversation
    let model: String
    let vocabulary: OpenAIChatVocabulary

    func value() throws(TranslationError) -> JSONValue {
        try conversation.refuse(
            logProbabilities: !vocabulary.takesLogProbabilities, topK: !vocabulary.takesTopK)
        let chat = conversation
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(JSONValue.Member(name, value)) }
        }
        add("model", .string(model))
        add("messages", .array(try OpenAIChatMessages(vocabulary: vocabulary).messages(chat.messages)))
        add(
            "tools",
            chat.tools.isEmpty
                ? nil : .array(chat.tools.map { Self.tool($0, wantsParameters: vocabulary.wantsToolParameters) }))
        add("tool_choice", chat.tools.isEmpty ? nil : chat.toolChoice.map(toolChoice))
        add("parallel_tool_calls", chat.tools.isEmpty ? nil : chat.allowsParallelToolCalls.map(JSONValue.boolean))
        add(vocabulary.limitMember, chat.maximumTokens.map(JSONValue.integer))
        add("temperature", chat.temperature.map(JSONValue.number))
        add("top_p", chat.topP.map(JSONValue.number))
        add("top_k", chat.topK.map(JSONValue.integer))
        add("presence_penalty", chat.presencePenalty.map(JSONValue.number))
        add("frequency_penalty", chat.frequencyPenalty.map(JSONValue.number))
        add(vocabulary.seedMember, chat.seed.map(JSONValue.integer))
        add("stop", chat.stop.isEmpty ? nil : .array(chat.stop.map(JSONValue.string)))
        add("n", chat.choices == 1 ? nil : .integer(chat.choices))
        add("response_format", chat.format.map(Self.format))
        if let alternatives = chat.logProbabilities {
            add("logprobs", true)
            add("top_logprobs", .integer(alternatives))
        }
        if vocabulary.takesReasoningEffort { add("reasoning_effort", chat.reasoning?.effortWord.map(JSONValue.string)) }
        if vocabulary.takesUser { add("user", chat.user.map(JSONValue.string)) }
        if chat.streams { addStreaming(&members) }
        members += try ForeignMembers.passed(chat.extensions, known: vocabulary.extensions)
        return .object(members)
    }

    private func addStreaming(_ members: inout [JSONValue.Member]) {
        members.append(JSONValue.Member("stream", true))
        guard vocabulary.asksForUsage else { return }
        members.append(JSONValue.Member("stream_options", .members(("include_usage", true))))
    }

    static func tool(_ tool: Conversation.Tool, wantsParameters: Bool) -> JSONValue {
        let none = JSONValue.members(("type", "object"), ("properties", .object([])))
        return .members(
            ("type", "function"),
            (
                "function",
                .members(
                    ("name", .string(tool.name)), ("description", tool.description.map(JSONValue.string)),
                    ("parameters", tool.parameters ?? (wantsParameters ? none : nil)),
                    ("strict", tool.isStrict.map(JSONValue.boolean)))
            ))
    }

    private func toolChoice(_ choice: Conversation.ToolChoice) -> JSONValue {
        switch choice {
        case .automatic: "auto"
        case .none: "none"
        case .required: .string(vocabulary.requiredToolChoice)
        case .named(let name):
            .members(("type", "function"), ("function", .members(("name", .string(name)))))
        }
    }

    static func format(_ format: Conversation.AnswerFormat) -> JSONValue {
        switch format {
        case .text: .members(("type", "text"))
        case .json: .members(("type", "json_object"))
        case .schema(let name, let schema, let description, let isStrict):
            .members(
                ("type", "json_schema"),
                (
                    "json_schema",
                    .members(
                        ("name", .string(name)), ("description", description.map(JSONValue.string)),
                        ("schema", schema), ("strict", isStrict.map(JSONValue.boolean)))
                ))
        }
    }
}
