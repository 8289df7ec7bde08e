/// Writes a conversation as a body of Cohere's `/v2/chat`.
struct CohereRequest {
    let conversation: Conversation
    let model: String

    func value() throws(TranslationError) -> JSONValue {
        let chat = conversation
        try chat.refuse(choices: true, logProbabilities: true)
        if chat.allowsParallelToolCalls == false, !chat.tools.isEmpty {
            throw .unsupported(parameter: "parallel_tool_calls", "this model's provider has no such setting")
        }
        var messages: [JSONValue] = []
        for turn in chat.messages { messages += try self.messages(turn) }
        let known = try ForeignMembers.passed(
            chat.extensions, known: ["safety_mode", "documents", "citation_options", "priority"])
        let body = JSONValue.members(
            ("model", .string(model)), ("messages", .array(messages)),
            ("tools", chat.tools.isEmpty ? nil : .array(chat.tools.map(tool))),
            ("strict_tools", chat.tools.contains { $0.isStrict == true } ? true : nil),
            ("tool_choice", try toolChoice()), ("max_tokens", chat.maximumTokens.map(JSONValue.integer)),
            ("temperature", chat.temperature.map(JSONValue.number)), ("p", chat.topP.map(JSONValue.number)),
            ("k", chat.topK.map(JSONValue.integer)),
            ("presence_penalty", chat.presencePenalty.map(JSONValue.number)),
            ("frequency_penalty", chat.frequencyPenalty.map(JSONValue.number)),
            ("seed", chat.seed.map(JSONValue.integer)),
            ("stop_sequences", chat.stop.isEmpty ? nil : .array(chat.stop.map(JSONValue.string))),
            ("response_format", format), ("thinking", thinking), ("stream", chat.streams ? true : nil))
        return .object((body.members ?? []) + known)
    }

    private func tool(_ tool: Conversation.Tool) -> JSONValue {
        var tool = tool
        // Said for all of them at once, by `strict_tools`.
        tool.isStrict = nil
        return OpenAIChatRequest.tool(tool, wantsParameters: true)
    }

    /// One tool can be demanded by its name only when there is no other.
    private func toolChoice() throws(TranslationError) -> JSONValue? {
        guard !conversation.tools.isEmpty else { return nil }
        switch conversation.toolChoice {
        case nil, .automatic: return nil
        case .some(.none): return "NONE"
        case .required: return "REQUIRED"
        case .named(let name):
            guard conversation.tools.count == 1, conversation.tools[0].name == name else {
                throw .unsupported(parameter: "tool_choice", "this model's provider cannot be told which tool to call")
            }
            return "REQUIRED"
        }
    }

    private var format: JSONValue? {
        switch conversation.format {
        case nil: nil
        case .text: .members(("type", "text"))
        case .json: .members(("type", "json_object"))
        case .schema(_, let schema, _, _): .members(("type", "json_object"), ("json_schema", schema))
        }
    }

    private var thinking: JSONValue? {
        guard let budget = conversation.reasoning?.budget else { return nil }
        if budget == 0 { return .members(("type", "disabled")) }
        return .members(("type", "enabled"), ("token_budget", .integer(budget)))
    }

    // MARK: Messages

    private func messages(_ turn: Conversation.Message) throws(TranslationError) -> [JSONValue] {
        if turn.role == .assistant { return [try assistant(turn.parts)] }
        var messages: [JSONValue] = []
        var content: [JSONValue] = []
        for part in turn.parts {
            switch part {
            case .text(let text): content.append(Self.text(text))
            case .image(let media, let detail): content.append(try image(media, detail))
            case .toolResult(let result): messages.append(try answer(result))
            case .audio, .document:
                throw .unsupported(parameter: "messages", "this model's provider takes text and images only")
            case .toolCall, .reasoning, .refusal:
                throw .invalid(parameter: "messages", "a turn holds what only an assistant can say")
            }
        }
        guard !content.isEmpty || messages.isEmpty else { return messages }
        let role: JSONValue = turn.role == .system ? "system" : "user"
        return messages + [.members(("role", role), ("content", Self.shortened(content)))]
    }

    private func answer(_ result: ContentPart.ToolResult) throws(TranslationError) -> JSONValue {
        var content: [JSONValue] = []
        for part in result.parts {
            guard let text = part.text else {
                throw .unsupported(parameter: "messages", "this model's provider takes only text from tools")
            }
            content.append(Self.text(text))
        }
        return .members(
            ("role", "tool"), ("tool_call_id", .string(result.id)), ("content", Self.shortened(content)))
    }

    private func assistant(_ parts: [ContentPart]) throws(TranslationError) -> JSONValue {
        var text = ""
        var plan = ""
        var calls: [JSONValue] = []
        for part in parts {
            switch part {
            case .text(let piece), .refusal(let piece): text += piece
            case .reasoning(let reasoning): if reasoning.signature == nil { plan += reasoning.text }
            case .toolCall(let call):
                let function = JSONValue.members(
                    ("name", .string(call.name)), ("arguments", .string(call.arguments.isEmpty ? "{}" : call.arguments))
                )
                calls.append(.members(("id", .string(call.id)), ("type", "function"), ("function", function)))
            case .image, .audio, .document, .toolResult:
                throw .unsupported(parameter: "messages", "this model's provider takes only text from an assistant")
            }
        }
        return .members(
            ("role", "assistant"), ("content", text.isEmpty && !calls.isEmpty ? nil : .string(text)),
            ("tool_plan", plan.isEmpty || calls.isEmpty ? nil : .string(plan)),
            ("tool_calls", calls.isEmpty ? nil : .array(calls)))
    }

    private func image(_ media: ContentPart.Media, _ detail: String?) throws(TranslationError) -> JSONValue {
        let url: String
        switch media {
        case .url(let address): url = address
        case .data(let type, let base64): url = "data:\(type);base64,\(base64)"
        case .file: throw .unsupported(parameter: "messages", "this model's provider takes no files by their id")
        }
        return .members(
            ("type", "image_url"),
            ("image_url", .members(("url", .string(url)), ("detail", detail.map(JSONValue.string)))))
    }

    private static func text(_ text: String) -> JSONValue { .members(("type", "text"), ("text", .string(text))) }

    private static func shortened(_ content: [JSONValue]) -> JSONValue {
        if content.isEmpty { return "" }
        if content.count == 1, content[0]["type"] == "text", let text = content[0]["text"] { return text }
        return .array(content)
    }
}
