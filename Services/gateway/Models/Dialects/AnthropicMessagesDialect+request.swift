/// Reading a request of Anthropic's messages.
extension AnthropicMessagesDialect {
    static func conversation(_ body: [UInt8]) throws(TranslationError) -> Conversation {
        let body = try RequestValue.body(body)
        var conversation = Conversation(model: try body.required("model").string())
        if let system = body["system"] {
            conversation.messages.append(Conversation.Message(.system, try AnthropicContent.instructions(system)))
        }
        conversation.messages += try AnthropicContent.messages(try body.required("messages"))
        conversation.maximumTokens = try body.required("max_tokens").integer(1 ... .max)
        conversation.temperature = try body.number("temperature")
        conversation.topP = try body.number("top_p")
        conversation.topK = try body.integer("top_k", 0 ... .max)
        conversation.stop = try body["stop_sequences"]?.strings() ?? []
        conversation.user = try body["metadata"]?.string("user_id")
        conversation.streams = try body.boolean("stream") ?? false
        try readTools(body, into: &conversation)
        try readReasoning(body, into: &conversation)
        conversation.format = try format(body)
        try refuse(["mcp_servers", "container"], in: body)
        conversation.extensions = body.members(but: known)
        return conversation
    }

    private static let known: Set<String> = [
        "model", "system", "messages", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "metadata",
        "stream", "tools", "tool_choice", "thinking", "output_config", "output_format",
    ]

    /// What runs at the vendor's, and would be missing silently elsewhere.
    private static func refuse(_ names: [String], in body: RequestValue) throws(TranslationError) {
        for name in names {
            guard let member = body[name], member.value.elements?.isEmpty != true else { continue }
            throw member.unsupported("only the vendor of this interface has it")
        }
    }

    // MARK: Tools

    private static func readTools(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        for tool in try body.elements("tools") ?? [] {
            let type = try tool.object().string("type") ?? "custom"
            guard type == "custom" else {
                throw .unsupported(parameter: "\(tool.path).type", "only the vendor of this interface has '\(type)'")
            }
            conversation.tools.append(
                Conversation.Tool(
                    name: try tool.required("name").string(), description: try tool.string("description"),
                    parameters: try tool.required("input_schema").object().value, isStrict: try tool.boolean("strict")))
        }
        guard let choice = body["tool_choice"] else { return }
        if let isDisabled = try choice.boolean("disable_parallel_tool_use") {
            conversation.allowsParallelToolCalls = !isDisabled
        }
        switch try choice.required("type").string() {
        case "auto": conversation.toolChoice = .automatic
        case "any": conversation.toolChoice = .required
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "tool": conversation.toolChoice = .named(try choice.required("name").string())
        default: throw .invalid(parameter: "tool_choice.type", "must be auto, any, tool or none")
        }
    }

    // MARK: Thinking and format

    private static func readReasoning(
        _ body: RequestValue, into conversation: inout Conversation
    ) throws(TranslationError) {
        var demand = Conversation.ReasoningDemand()
        if let thinking = body["thinking"] {
            switch try thinking.required("type").string() {
            case "enabled":
                demand.budgetTokens = try thinking.required("budget_tokens").integer(1 ... .max)
                demand.isShown = true
            case "adaptive": demand.isShown = true
            // The same as leaving it out. Most models of other vendors cannot be told not to think.
            case "disabled": break
            default: throw .invalid(parameter: "thinking.type", "must be enabled, adaptive or disabled")
            }
            if try thinking.string("display") == "omitted" { demand.isShown = false }
        }
        // The neutral scale ends at `xhigh`.
        if let effort = try body["output_config"]?.string("effort") {
            demand.effort = effort == "max" ? "xhigh" : effort
        }
        if demand != Conversation.ReasoningDemand() { conversation.reasoning = demand }
    }

    /// `output_config.format`, or `output_format` as it was called at first.
    private static func format(_ body: RequestValue) throws(TranslationError) -> Conversation.AnswerFormat? {
        guard let format = body["output_config"]?["format"] ?? body["output_format"] else { return nil }
        guard try format.required("type").string() == "json_schema" else {
            throw .invalid(parameter: "\(format.path).type", "must be json_schema")
        }
        return .schema(
            // This interface names no schema; the others want a name.
            name: try format.string("name") ?? "answer", schema: try format.required("schema").object().value,
            description: nil, isStrict: true)
    }
}
