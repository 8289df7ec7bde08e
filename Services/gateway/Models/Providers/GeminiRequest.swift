/// Writes a conversation as a body of `generateContent`.
struct GeminiRequest {
    let conversation: Conversation
    let model: String

    func value() throws(TranslationError) -> JSONValue {
        let chat = conversation
        if chat.streams, chat.choices != 1 {
            throw .unsupported(parameter: "n", "this model's provider streams one answer only")
        }
        if chat.allowsParallelToolCalls == false, !chat.tools.isEmpty {
            throw .unsupported(parameter: "parallel_tool_calls", "this model's provider has no such setting")
        }
        _ = try ForeignMembers.passed(chat.extensions)
        return .members(
            ("systemInstruction", try system()),
            ("contents", .array(try GeminiTurns(conversation: chat, model: model).contents())),
            ("tools", tools), ("toolConfig", toolConfiguration), ("generationConfig", generationConfiguration))
    }

    private func system() throws(TranslationError) -> JSONValue? {
        var parts: [JSONValue] = []
        for part in conversation.instructions {
            guard let text = part.text else {
                throw .unsupported(parameter: "messages", "this model's provider takes only text as instructions")
            }
            parts.append(.members(("text", .string(text))))
        }
        return parts.isEmpty ? nil : .members(("parts", .array(parts)))
    }

    private var tools: JSONValue? {
        guard !conversation.tools.isEmpty else { return nil }
        let declarations = conversation.tools.map { tool in
            JSONValue.members(
                ("name", .string(tool.name)), ("description", tool.description.map(JSONValue.string)),
                ("parametersJsonSchema", tool.parameters))
        }
        return .array([.members(("functionDeclarations", .array(declarations)))])
    }

    /// Strict tools are asked for by a mode for all of them; calls that are demanded keep to the schema anyway.
    private var toolConfiguration: JSONValue? {
        guard !conversation.tools.isEmpty else { return nil }
        let isStrict = conversation.tools.contains { $0.isStrict == true }
        var names: JSONValue?
        let mode: JSONValue
        switch conversation.toolChoice {
        case nil where !isStrict: return nil
        case nil, .automatic: mode = isStrict ? "VALIDATED" : "AUTO"
        case .some(.none): mode = "NONE"
        case .required: mode = "ANY"
        case .named(let name):
            mode = "ANY"
            names = .array([.string(name)])
        }
        return .members(("functionCallingConfig", .members(("mode", mode), ("allowedFunctionNames", names))))
    }

    private var generationConfiguration: JSONValue? {
        let chat = conversation
        let configuration = JSONValue.members(
            ("temperature", chat.temperature.map(JSONValue.number)), ("topP", chat.topP.map(JSONValue.number)),
            ("topK", chat.topK.map(JSONValue.integer)),
            ("candidateCount", chat.choices == 1 ? nil : .integer(chat.choices)),
            ("maxOutputTokens", chat.maximumTokens.map(JSONValue.integer)),
            ("stopSequences", chat.stop.isEmpty ? nil : .array(chat.stop.map(JSONValue.string))),
            ("presencePenalty", chat.presencePenalty.map(JSONValue.number)),
            ("frequencyPenalty", chat.frequencyPenalty.map(JSONValue.number)),
            ("seed", chat.seed.map(JSONValue.integer)),
            ("responseLogprobs", chat.logProbabilities == nil ? nil : true),
            ("logprobs", chat.logProbabilities.flatMap { $0 > 0 ? .integer($0) : nil }),
            ("responseMimeType", mimeType), ("responseJsonSchema", schema), ("thinkingConfig", thinking))
        return configuration == .object([]) ? nil : configuration
    }

    private var mimeType: JSONValue? {
        switch conversation.format {
        case nil, .text: nil
        case .json, .schema: "application/json"
        }
    }

    private var schema: JSONValue? {
        guard case .schema(_, let schema, _, _) = conversation.format else { return nil }
        return schema
    }

    /// Gemini 3 and later take a level and always think; 2.5 takes a number of tokens.
    private var thinking: JSONValue? {
        guard let demand = conversation.reasoning else { return nil }
        let shown: JSONValue? = demand.isShown.map(JSONValue.boolean)
        guard demand.budgetTokens == nil, let effort = demand.effort, Self.takesLevels(model) else {
            return .members(("includeThoughts", shown), ("thinkingBudget", demand.budget.map(JSONValue.integer)))
        }
        let level =
            switch effort {
            case "none", "minimal": "MINIMAL"
            case "low", "medium": effort.uppercased()
            default: "HIGH"
            }
        return .members(("includeThoughts", shown), ("thinkingLevel", .string(level)))
    }

    static func takesLevels(_ model: String) -> Bool {
        model.hasPrefix("gemini-") && !model.hasPrefix("gemini-1") && !model.hasPrefix("gemini-2")
    }
}
