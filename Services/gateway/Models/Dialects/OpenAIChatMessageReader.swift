/// Reads the messages of a chat completion.
struct OpenAIChatMessageReader {
    /// The names of the tools by the ids of their calls, so that a result knows its tool.
    private var tools: [String: String] = [:]
    /// The id given to the last call in the legacy form, which has none, by its function's name.
    private var legacyCalls: [String: String] = [:]

    /// - Throws: Naming the member.
    static func messages(_ list: RequestValue) throws(TranslationError) -> [Conversation.Message] {
        let elements = try list.elements()
        guard !elements.isEmpty else { throw list.invalid("must not be empty") }
        var reader = OpenAIChatMessageReader()
        var messages: [Conversation.Message] = []
        messages.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            messages.append(try reader.message(element, index: index))
        }
        return messages
    }

    private mutating func message(
        _ message: RequestValue, index: Int
    ) throws(TranslationError) -> Conversation.Message {
        let name = try message.object().string("name")
        switch try message.required("role").string() {
        case "system", "developer":
            return Conversation.Message(.system, try Self.content(try message.required("content")), name: name)
        case "user": return Conversation.Message(.user, try Self.content(try message.required("content")), name: name)
        case "assistant":
            return Conversation.Message(.assistant, try assistant(message, index: index), name: name)
        case "tool":
            let id = try message.required("tool_call_id").string()
            return try result(id: id, name: name ?? tools[id], message)
        case "function":
            guard let name else { throw .invalid(parameter: "\(message.path).name", "is required") }
            return try result(id: legacyCalls[name] ?? "call_\(name)", name: name, message)
        default:
            throw .invalid(
                parameter: "\(message.path).role", "must be developer, system, user, assistant, tool or function")
        }
    }

    private func result(
        id: String, name: String?, _ message: RequestValue
    ) throws(TranslationError) -> Conversation.Message {
        // `null` is what some clients send for a function without a result.
        let parts = try message["content"].map(Self.content) ?? []
        return Conversation.Message(
            .tool, [.toolResult(ContentPart.ToolResult(id: id, name: name, parts: parts, isError: nil))])
    }

    // MARK: The assistant's

    private mutating func assistant(
        _ message: RequestValue, index: Int
    ) throws(TranslationError) -> [ContentPart] {
        var parts = try OpenAIChatThoughts.thoughts(message).map { ContentPart.reasoning($0) }
        if let content = message["content"] { parts += try Self.content(content) }
        if let refusal = try message.string("refusal") { parts.append(.refusal(refusal)) }
        if let audio = message["audio"] { throw audio.unsupported("answers in audio are not available here") }
        for call in try message.elements("tool_calls") ?? [] {
            parts.append(.toolCall(try toolCall(call)))
        }
        if let call = message["function_call"] {
            let name = try call.required("name").string()
            let id = "call_\(index)_\(name)"
            legacyCalls[name] = id
            parts.append(.toolCall(try Self.call(call, id: id)))
        }
        return parts
    }

    private mutating func toolCall(_ call: RequestValue) throws(TranslationError) -> ContentPart.ToolCall {
        if call["type"] != nil { try OpenAIChatDialect.requireFunction(call) }
        let function = try call.required("function")
        let made = try Self.call(function, id: try call.required("id").string())
        tools[made.id] = made.name
        return made
    }

    private static func call(_ function: RequestValue, id: String) throws(TranslationError) -> ContentPart.ToolCall {
        ContentPart.ToolCall(
            id: id, name: try function.required("name").string(),
            arguments: try function.string("arguments") ?? "")
    }

    // MARK: Parts

    private static func content(_ content: RequestValue) throws(TranslationError) -> [ContentPart] {
        if let text = content.value.string { return [.text(text)] }
        guard content.value.elements != nil else { throw content.invalid("must be a string or an array") }
        var parts: [ContentPart] = []
        for part in try content.elements() { parts.append(try self.part(part)) }
        return parts
    }

    private static func part(_ part: RequestValue) throws(TranslationError) -> ContentPart {
        switch try part.required("type").string() {
        case "text": return .text(try part.required("text").string())
        case "refusal": return .refusal(try part.required("refusal").string())
        case "image_url":
            let image = try part.required("image_url")
            let url = image.value.string != nil ? image : try image.required("url")
            return .image(try media(url), detail: try image.string("detail"))
        case "input_audio":
            let audio = try part.required("input_audio")
            return .audio(
                .data(
                    type: try AudioFormat.type(of: try audio.required("format")),
                    base64: try audio.required("data").string()))
        case "file": return try file(try part.required("file"))
        case let type:
            throw .unsupported(parameter: "\(part.path).type", "content of type '\(type)' is not available here")
        }
    }

    private static func media(_ url: RequestValue) throws(TranslationError) -> ContentPart.Media {
        guard let media = MediaURL.media(try url.string()) else {
            throw url.invalid("must be an address or 'data:TYPE;base64,…'")
        }
        return media
    }

    private static func file(_ file: RequestValue) throws(TranslationError) -> ContentPart {
        let name = try file.string("filename")
        if let id = try file.string("file_id") { return .document(.file(id: id), name: name) }
        return .document(try media(try file.required("file_data")), name: name)
    }
}
