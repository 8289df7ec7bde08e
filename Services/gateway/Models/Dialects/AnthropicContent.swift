/// Reads the messages of Anthropic's interface and their blocks.
struct AnthropicContent {
    /// The names of the tools by the ids of their calls, so that a result knows its tool.
    private var tools: [String: String] = [:]

    static func instructions(_ system: RequestValue) throws(TranslationError) -> [ContentPart] {
        if let text = system.value.string { return [.text(text)] }
        guard system.value.elements != nil else { throw system.invalid("must be a string or an array") }
        var parts: [ContentPart] = []
        for block in try system.elements() { parts.append(.text(try block.required("text").string())) }
        return parts
    }

    static func messages(_ list: RequestValue) throws(TranslationError) -> [Conversation.Message] {
        let elements = try list.elements()
        guard !elements.isEmpty else { throw list.invalid("must not be empty") }
        var reader = AnthropicContent()
        var messages: [Conversation.Message] = []
        for element in elements {
            let content = try element.required("content")
            switch try element.required("role").string() {
            case "user": messages += try reader.user(content)
            case "assistant":
                messages.append(Conversation.Message(.assistant, try reader.blocks(content, Self.assistantBlock)))
            case "system": messages.append(Conversation.Message(.system, try instructions(content)))
            default: throw .invalid(parameter: "\(element.path).role", "must be user or assistant")
            }
        }
        return messages
    }

    /// Results of tools are messages of their own, in order.
    private mutating func user(_ content: RequestValue) throws(TranslationError) -> [Conversation.Message] {
        var messages: [Conversation.Message] = []
        for part in try blocks(content, Self.userBlock) {
            if case .toolResult = part {
                messages.append(Conversation.Message(.tool, [part]))
            } else if messages.last?.role == .user {
                messages[messages.count - 1].parts.append(part)
            } else {
                messages.append(Conversation.Message(.user, [part]))
            }
        }
        return messages.isEmpty ? [Conversation.Message(.user, [])] : messages
    }

    private mutating func blocks(
        _ content: RequestValue,
        _ read: (RequestValue, inout AnthropicContent) throws(TranslationError) -> [ContentPart]
    ) throws(TranslationError) -> [ContentPart] {
        if let text = content.value.string { return [.text(text)] }
        guard content.value.elements != nil else { throw content.invalid("must be a string or an array") }
        var parts: [ContentPart] = []
        for block in try content.elements() { parts += try read(block, &self) }
        return parts
    }

    // MARK: Blocks

    private static func userBlock(
        _ block: RequestValue, _ reader: inout AnthropicContent
    ) throws(TranslationError) -> [ContentPart] {
        switch try block.required("type").string() {
        case "text": return [.text(try block.required("text").string())]
        case "image": return [.image(try media(try block.required("source")), detail: nil)]
        case "document": return try document(block, &reader)
        case "tool_result":
            let id = try block.required("tool_use_id").string()
            let parts = try block["content"].map { content throws(TranslationError) in
                try reader.blocks(content, userBlock)
            }
            return [
                .toolResult(
                    ContentPart.ToolResult(
                        id: id, name: reader.tools[id], parts: parts ?? [], isError: try block.boolean("is_error")))
            ]
        case let type: throw unknown(block, type)
        }
    }

    private static func assistantBlock(
        _ block: RequestValue, _ reader: inout AnthropicContent
    ) throws(TranslationError) -> [ContentPart] {
        switch try block.required("type").string() {
        case "text": return [.text(try block.required("text").string())]
        case "thinking":
            return [
                .reasoning(
                    ContentPart.Reasoning(
                        text: try block.required("thinking").string(), signature: try block.string("signature")))
            ]
        case "redacted_thinking":
            return [.reasoning(ContentPart.Reasoning(text: "", sealed: try block.required("data").string()))]
        case "tool_use":
            let call = ContentPart.ToolCall(
                id: try block.required("id").string(), name: try block.required("name").string(),
                arguments: String(decoding: try block.required("input").object().value.text, as: UTF8.self))
            reader.tools[call.id] = call.name
            return [.toolCall(call)]
        case let type: throw unknown(block, type)
        }
    }

    private static func unknown(_ block: RequestValue, _ type: String) -> TranslationError {
        .unsupported(parameter: "\(block.path).type", "content of type '\(type)' is not available here")
    }

    // MARK: Media

    private static func document(
        _ block: RequestValue, _ reader: inout AnthropicContent
    ) throws(TranslationError) -> [ContentPart] {
        if try block["citations"]?.boolean("enabled") == true {
            throw .unsupported(parameter: "\(block.path).citations", "only the vendor of this interface has it")
        }
        let source = try block.required("source")
        switch try source.required("type").string() {
        // Text stands as text: other vendors take nothing but PDF as a document.
        case "text": return [.text(try source.required("data").string())]
        case "content": return try reader.blocks(try source.required("content"), userBlock)
        default: return [.document(try media(source), name: try block.string("title"))]
        }
    }

    private static func media(_ source: RequestValue) throws(TranslationError) -> ContentPart.Media {
        switch try source.required("type").string() {
        case "base64":
            .data(
                type: try source.required("media_type").string(), base64: try source.required("data").string())
        case "url": .url(try source.required("url").string())
        case "file": .file(id: try source.required("file_id").string())
        default: throw .invalid(parameter: "\(source.path).type", "must be base64, url or file")
        }
    }
}
