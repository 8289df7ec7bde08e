/// Reading a request of OpenAI's Responses interface.
extension OpenAIResponsesDialect {
    static func conversation(_ body: [UInt8]) throws(TranslationError) -> Conversation {
        let body = try RequestValue.body(body)
        try refuseStoredState(body)
        var conversation = Conversation(model: try body.required("model").string())
        if let instructions = try body.string("instructions") {
            conversation.messages.append(Conversation.Message(.system, [.text(instructions)]))
        }
        conversation.messages += try ResponsesInput.messages(try body.required("input"))
        conversation.maximumTokens = try body.integer("max_output_tokens", 1 ... .max)
        conversation.temperature = try body.number("temperature")
        conversation.topP = try body.number("top_p")
        conversation.user = try body.string("user")
        conversation.streams = try body.boolean("stream") ?? false
        conversation.extensions = body.members(but: known)
        try readTools(body, into: &conversation)
        try readReasoning(body, into: &conversation)
        try readText(body, into: &conversation)
        return conversation
    }

    /// `store` may be true, which is its default: nothing is stored all the same, and the answer says so.
    private static let known: Set<String> = [
        "model", "input", "instructions", "max_output_tokens", "temperature", "top_p", "user", "stream",
        "stream_options", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "include",
        "top_logprobs", "store", "background", "previous_response_id", "conversation", "prompt", "max_tool_calls",
        "truncation",
    ]

    /// What refers to something that the vendor keeps between calls.
    private static func refuseStoredState(_ body: RequestValue) throws(TranslationError) {
        for name in ["previous_response_id", "conversation", "prompt"] {
            guard let member = body[name] else { continue }
            throw member.unsupported("nothing is stored between calls here; send the whole input")
        }
        if try body.boolean("background") == true {
            throw .unsupported(parameter: "background", "answers are not made in the background here")
        }
        if try body.string("truncation") == "auto" {
            throw .unsupported(parameter: "truncation", "the input is not shortened here")
        }
    }

    // MARK: Tools

    private static func readTools(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        for tool in try body.elements("tools") ?? [] {
            try OpenAIChatDialect.requireFunction(tool)
            conversation.tools.append(try OpenAITools.tool(tool))
        }
        conversation.allowsParallelToolCalls = try body.boolean("parallel_tool_calls")
        guard let choice = body["tool_choice"] else { return }
        try OpenAITools.readChoice(choice, into: &conversation) { $0 }
    }

    // MARK: Reasoning and text

    private static func readReasoning(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        guard let reasoning = body["reasoning"] else { return }
        // `generate_summary` is what it was called at first.
        let summary = try reasoning.object()["summary"] ?? reasoning["generate_summary"]
        let demand = Conversation.ReasoningDemand(
            effort: try reasoning.string("effort"), isShown: summary.map { $0.value != "none" })
        if demand != Conversation.ReasoningDemand() { conversation.reasoning = demand }
    }

    private static func readText(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        let alternatives = try body.integer("top_logprobs", 0...20)
        if try body["include"]?.strings().contains("message.output_text.logprobs") ?? false {
            conversation.logProbabilities = alternatives ?? 0
        }
        guard let text = body["text"] else { return }
        if let verbosity = try text.object()["verbosity"] {
            conversation.extensions.append(JSONValue.Member("verbosity", verbosity.value))
        }
        guard let format = text["format"] else { return }
        switch try format.required("type").string() {
        case "text": conversation.format = .text
        case "json_object": conversation.format = .json
        case "json_schema": conversation.format = try OpenAIChatDialect.schema(format)
        default: throw .invalid(parameter: "text.format.type", "must be text, json_object or json_schema")
        }
    }
}
