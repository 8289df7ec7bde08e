/// Writes turns as OpenAI's chat messages.
///
/// What a tool answered is a message of its own, before whatever else stood in the same turn. That a tool failed has no
/// member; its text says so. Only text can be answered by a tool.
struct OpenAIChatMessages {
    let vocabulary: OpenAIChatVocabulary

    func messages(_ turns: [Conversation.Message]) throws(TranslationError) -> [JSONValue] {
        var messages: [JSONValue] = []
        for (index, turn) in turns.enumerated() {
            switch turn.role {
            case .assistant: messages.append(try assistant(turn, isLast: index == turns.count - 1))
            case .system, .user, .tool: messages += try others(turn)
            }
        }
        return messages
    }

    private func others(_ turn: Conversation.Message) throws(TranslationError) -> [JSONValue] {
        var messages: [JSONValue] = []
        var content: [JSONValue] = []
        for part in turn.parts {
            if case .toolResult(let result) = part {
                messages.append(try answer(result))
            } else {
                content.append(try chunk(part))
            }
        }
        guard !content.isEmpty || messages.isEmpty else { return messages }
        messages.append(
            .members(
                ("role", turn.role == .system ? "system" : "user"), ("content", Self.shortened(content)),
                ("name", name(turn))))
        return messages
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
            ("role", "tool"), ("tool_call_id", .string(vocabulary.callID(result.id))),
            ("content", Self.shortened(content)))
    }

    private func name(_ turn: Conversation.Message) -> JSONValue? {
        vocabulary.takesNames ? turn.name.map(JSONValue.string) : nil
    }

    private func assistant(_ turn: Conversation.Message, isLast: Bool) throws(TranslationError) -> JSONValue {
        var text = ""
        var refusal: String?
        var thoughts = ""
        var calls: [JSONValue] = []
        for part in turn.parts {
            switch part {
            case .text(let piece): text += piece
            case .refusal(let words) where vocabulary.takesRefusals: refusal = (refusal ?? "") + words
            case .refusal(let words): text += words
            case .reasoning(let reasoning): thoughts += reasoning.text
            case .toolCall(let call): calls.append(self.call(call))
            case .image, .audio, .document, .toolResult:
                throw .unsupported(parameter: "messages", "this model's provider takes only text from an assistant")
            }
        }
        let isSilent = text.isEmpty && (!calls.isEmpty || refusal != nil)
        return .members(
            ("role", "assistant"), ("content", content(text, thoughts, isSilent: isSilent)),
            ("reasoning_content", vocabulary.thoughts == .member && !thoughts.isEmpty ? .string(thoughts) : nil),
            ("refusal", refusal.map(JSONValue.string)), ("name", name(turn)),
            ("tool_calls", calls.isEmpty ? nil : .array(calls)),
            ("prefix", vocabulary.marksPrefix && isLast && calls.isEmpty ? true : nil))
    }

    private func content(_ text: String, _ thoughts: String, isSilent: Bool) -> JSONValue {
        guard vocabulary.thoughts == .chunk, !thoughts.isEmpty else { return isSilent ? .null : .string(text) }
        let thinking = JSONValue.members(("type", "thinking"), ("thinking", .array([Self.text(thoughts)])))
        return .array(isSilent ? [thinking] : [thinking, Self.text(text)])
    }

    private func call(_ call: ContentPart.ToolCall) -> JSONValue {
        // Servers that read them take no blank for an object.
        let arguments = call.arguments.utf8.allSatisfy { $0 <= 0x20 } ? "{}" : call.arguments
        return .members(
            ("id", .string(vocabulary.callID(call.id))), ("type", "function"),
            ("function", .members(("name", .string(call.name)), ("arguments", .string(arguments)))))
    }

    // MARK: Content

    private static func text(_ text: String) -> JSONValue { .members(("type", "text"), ("text", .string(text))) }

    /// One text is written as a string, which every copy of the interface takes.
    private static func shortened(_ content: [JSONValue]) -> JSONValue {
        if content.isEmpty { return "" }
        if content.count == 1, content[0]["type"] == "text", let text = content[0]["text"] { return text }
        return .array(content)
    }

    private func chunk(_ part: ContentPart) throws(TranslationError) -> JSONValue {
        switch part {
        case .text(let text): return Self.text(text)
        case .image(let media, let detail):
            return .members(
                ("type", "image_url"),
                (
                    "image_url",
                    .members(("url", .string(try Self.address(media))), ("detail", detail.map(JSONValue.string)))
                ))
        case .audio(let media): return try audio(media)
        case .document(let media, let name): return try document(media, name)
        case .toolCall, .toolResult, .reasoning, .refusal:
            throw .invalid(parameter: "messages", "a turn holds what only an assistant or a tool can say")
        }
    }

    private static func address(_ media: ContentPart.Media) throws(TranslationError) -> String {
        switch media {
        case .url(let url): return url
        case .data(let type, let base64): return "data:\(type);base64,\(base64)"
        case .file: throw .unsupported(parameter: "messages", "this model's provider takes no files by their id")
        }
    }

    private func audio(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        guard case .data(let type, let base64) = media else {
            throw .unsupported(parameter: "messages", "this model's provider takes audio only in the request")
        }
        if vocabulary.hasPlainMedia { return .members(("type", "input_audio"), ("input_audio", .string(base64))) }
        let format = type == "audio/mpeg" ? "mp3" : type.split(separator: "/").last.map(String.init) ?? type
        return .members(
            ("type", "input_audio"),
            ("input_audio", .members(("data", .string(base64)), ("format", .string(format)))))
    }

    private func document(_ media: ContentPart.Media, _ name: String?) throws(TranslationError) -> JSONValue {
        if vocabulary.hasPlainMedia {
            return .members(
                ("type", "document_url"), ("document_url", .string(try Self.address(media))),
                ("document_name", name.map(JSONValue.string)))
        }
        let file: JSONValue
        switch media {
        case .data(let type, let base64):
            file = .members(
                ("filename", .string(name ?? "document.pdf")),
                ("file_data", .string("data:\(type);base64,\(base64)")))
        case .file(let id): file = .members(("file_id", .string(id)))
        case .url: throw .unsupported(parameter: "messages", "this model's provider takes no documents by address")
        }
        return .members(("type", "file"), ("file", file))
    }
}
