/// Writes a conversation as a body of Anthropic's Messages.
struct AnthropicRequest {
    /// Anthropic wants a limit on every answer; this one when nobody set any.
    static let defaultMaximumTokens: Int64 = 4_096

    /// Claude 4.6 and later refuse a conversation that ends with the assistant ("Prefill removal"); names that say
    /// nothing of their version are taken to be new.
    static func takesPrefill(_ model: String) -> Bool { AnthropicThinking.isOfFirstGenerations(model) }

    let conversation: Conversation
    let model: String
    /// The version of the interface has `temperature`, `top_p` and `top_k`.
    let takesSampling: Bool

    func value() throws(TranslationError) -> JSONValue {
        let chat = conversation
        try chat.refuse(choices: true, penalties: true, logProbabilities: true, topK: !takesSampling)
        for (name, value) in [("temperature", chat.temperature), ("top_p", chat.topP)]
        where value != nil && !takesSampling {
            throw .unsupported(parameter: name, "this model's provider has no such setting any more")
        }
        if let temperature = chat.temperature.flatMap(Double.init), temperature > 1 {
            throw .unsupported(parameter: "temperature", "this model's provider takes 0 to 1")
        }
        let limit = chat.maximumTokens ?? Self.defaultMaximumTokens
        let thinking = AnthropicThinking(chat.reasoning, model: model, limit: limit)
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(JSONValue.Member(name, value)) }
        }
        add("model", .string(model))
        add("max_tokens", .integer(limit))
        add("system", try system())
        add("messages", .array(try AnthropicTurns.messages(chat.turns)))
        add("tools", chat.tools.isEmpty ? nil : .array(chat.tools.map(Self.tool)))
        add("tool_choice", toolChoice)
        add("stop_sequences", chat.stop.isEmpty ? nil : .array(chat.stop.map(JSONValue.string)))
        add("temperature", chat.temperature.map(JSONValue.number))
        add("top_p", chat.topP.map(JSONValue.number))
        add("top_k", chat.topK.map(JSONValue.integer))
        add("thinking", thinking.configuration)
        add("output_config", try outputConfiguration(effort: thinking.effort))
        add("metadata", chat.user.map { .members(("user_id", .string($0))) })
        add("stream", chat.streams ? true : nil)
        members += try ForeignMembers.passed(chat.extensions)
        return .object(members)
    }

    /// The instructions, those in between too: they stand apart from the turns.
    private func system() throws(TranslationError) -> JSONValue? {
        var texts: [String] = []
        for part in conversation.instructions {
            guard let text = part.text else {
                throw .unsupported(parameter: "messages", "this model's provider takes only text as instructions")
            }
            if !text.isEmpty { texts.append(text) }
        }
        if texts.count < 2 { return texts.first.map(JSONValue.string) }
        return .array(texts.map { .members(("type", "text"), ("text", .string($0))) })
    }

    private static func tool(_ tool: Conversation.Tool) -> JSONValue {
        .members(
            ("name", .string(tool.name)), ("description", tool.description.map(JSONValue.string)),
            ("input_schema", tool.parameters ?? .members(("type", "object"), ("properties", .object([])))),
            ("strict", tool.isStrict == true ? true : nil))
    }

    private var toolChoice: JSONValue? {
        guard !conversation.tools.isEmpty else { return nil }
        let single: JSONValue? = conversation.allowsParallelToolCalls == false ? true : nil
        switch conversation.toolChoice {
        case .some(.none): return .members(("type", "none"))
        case .required: return .members(("type", "any"), ("disable_parallel_tool_use", single))
        case .named(let name):
            return .members(("type", "tool"), ("name", .string(name)), ("disable_parallel_tool_use", single))
        case .automatic: return .members(("type", "auto"), ("disable_parallel_tool_use", single))
        case nil: return single == nil ? nil : .members(("type", "auto"), ("disable_parallel_tool_use", single))
        }
    }

    /// Answers by a schema are `output_config.format` ("Structured outputs"), which needs no pretended tool. The
    /// schema's name, description and strictness have no counterpart: it is always strict.
    private func outputConfiguration(effort: String?) throws(TranslationError) -> JSONValue? {
        let format: JSONValue?
        switch conversation.format {
        case nil, .text: format = nil
        case .schema(_, let schema, _, _): format = .members(("type", "json_schema"), ("schema", schema))
        case .json:
            throw .unsupported(
                parameter: "response_format", "this model's provider writes JSON only by a schema (json_schema)")
        }
        guard format != nil || effort != nil else { return nil }
        return .members(("effort", effort.map(JSONValue.string)), ("format", format))
    }
}

/// How hard to think, in Anthropic's words.
///
/// Models up to Claude 4.5 take a number of tokens (`enabled`); later ones decide themselves (`adaptive`) and take an
/// effort. A caller's own number is always passed on as one.
struct AnthropicThinking {
    private(set) var configuration: JSONValue?
    private(set) var effort: String?

    /// Fewer are refused.
    private static let minimumBudget: Int64 = 1_024

    init(_ demand: Conversation.ReasoningDemand?, model: String, limit: Int64) {
        guard let demand else { return }
        let display: JSONValue? = demand.isShown == true ? "summarized" : nil
        if demand.budgetTokens == 0 || demand.effort == "none" {
            configuration = .members(("type", "disabled"))
        } else if let budget = demand.budgetTokens {
            configuration = .members(("type", "enabled"), ("budget_tokens", .integer(budget)), ("display", display))
        } else if demand.effort != nil, Self.isOfFirstGenerations(model) {
            // Room for the answer stays; without any there are no thoughts.
            let budget = min(demand.budget ?? 0, limit / 2)
            guard budget >= Self.minimumBudget else { return }
            configuration = .members(("type", "enabled"), ("budget_tokens", .integer(budget)))
        } else if let word = demand.effort {
            configuration = .members(("type", "adaptive"), ("display", display))
            effort = word == "minimal" ? "low" : word
        }
    }

    /// Up to Claude 4.5, by its name.
    static func isOfFirstGenerations(_ model: String) -> Bool {
        let name = model.lowercased()
        return ["claude-3", "-4-0", "-4-1", "-4-5", "opus-4-2025", "sonnet-4-2025"].contains { name.contains($0) }
    }
}
