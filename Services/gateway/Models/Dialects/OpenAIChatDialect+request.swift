/// Reading a request for a chat completion.
extension OpenAIChatDialect {
    static func conversation(_ body: [UInt8]) throws(TranslationError) -> Conversation {
        let body = try RequestValue.body(body)
        var conversation = Conversation(model: try body.required("model").string())
        conversation.messages = try OpenAIChatMessageReader.messages(try body.required("messages"))
        try readTools(body, into: &conversation)
        try readLimits(body, into: &conversation)
        try readSampling(body, into: &conversation)
        conversation.format = try body["response_format"].map(format)
        if let effort = try body.string("reasoning_effort") {
            conversation.reasoning = Conversation.ReasoningDemand(effort: effort)
        }
        var known = Self.known
        conversation.user = try body.string("user")
        if conversation.user == nil {
            conversation.user = try body.string("safety_identifier")
            known.insert("safety_identifier")
        }
        conversation.streams = try body.boolean("stream") ?? false
        conversation.extensions = body.members(but: known)
        return conversation
    }

    /// What has a place in a conversation; `stream_options` is the gateway's own affair.
    private static let known: Set<String> = [
        "model", "messages", "tools", "functions", "tool_choice", "function_call", "parallel_tool_calls",
        "max_tokens", "max_completion_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty",
        "seed", "stop", "n", "response_format", "reasoning_effort", "logprobs", "top_logprobs", "user", "stream",
        "stream_options",
    ]

    private static func readLimits(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        let limits = [
            try body.integer("max_tokens", 1 ... .max), try body.integer("max_completion_tokens", 1 ... .max),
        ]
        conversation.maximumTokens = limits.compactMap { $0 }.min()
        conversation.choices = try body.integer("n", 1...ModelRequest.maximumChoices) ?? 1
        guard let stop = body["stop"] else { return }
        conversation.stop = stop.value.string.map { [$0] } ?? []
        if stop.value.string == nil { conversation.stop = try stop.strings() }
    }

    private static func readSampling(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        conversation.temperature = try body.number("temperature")
        conversation.topP = try body.number("top_p")
        conversation.presencePenalty = try body.number("presence_penalty")
        conversation.frequencyPenalty = try body.number("frequency_penalty")
        conversation.seed = try body.integer("seed")
        let alternatives = try body.integer("top_logprobs", 0...20)
        if try body.boolean("logprobs") == true { conversation.logProbabilities = alternatives ?? 0 }
    }

    // MARK: Tools

    private static func readTools(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        for tool in try body.elements("tools") ?? [] {
            try requireFunction(tool)
            conversation.tools.append(try OpenAITools.tool(try tool.required("function")))
        }
        for function in try body.elements("functions") ?? [] {
            conversation.tools.append(try OpenAITools.tool(function))
        }
        conversation.allowsParallelToolCalls = try body.boolean("parallel_tool_calls")
        if let choice = body["tool_choice"] {
            try OpenAITools.readChoice(choice, into: &conversation) { choice in
                // The name is an object's member here, and a plain member in the Responses interface.
                choice["function"]
            }
        } else if let choice = body["function_call"] {
            conversation.toolChoice = try OpenAITools.namedChoice(choice)
        }
    }

    static func requireFunction(_ tool: RequestValue) throws(TranslationError) {
        let type = try tool.required("type").string()
        guard type == "function" else {
            throw .unsupported(parameter: "\(tool.path).type", "tools of type '\(type)' are not available here")
        }
    }

    // MARK: Format

    private static func format(_ format: RequestValue) throws(TranslationError) -> Conversation.AnswerFormat {
        switch try format.required("type").string() {
        case "text": return .text
        case "json_object": return .json
        case "json_schema": return try schema(try format.required("json_schema"))
        default: throw .invalid(parameter: "\(format.path).type", "must be text, json_object or json_schema")
        }
    }

    /// A named schema: `json_schema` here, `text.format` itself in the Responses interface.
    static func schema(_ object: RequestValue) throws(TranslationError) -> Conversation.AnswerFormat {
        .schema(
            name: try object.required("name").string(), schema: try object["schema"]?.object().value ?? .object([]),
            description: try object.string("description"), isStrict: try object.boolean("strict"))
    }
}
