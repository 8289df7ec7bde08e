/// Reads the items that a request of the Responses interface begins with.
struct ResponsesInput {
    /// The names of the tools by the ids of their calls, so that a result knows its tool.
    private var tools: [String: String] = [:]
    private var messages: [Conversation.Message] = []

    static func messages(_ input: RequestValue) throws(TranslationError) -> [Conversation.Message] {
        if let text = input.value.string { return [Conversation.Message(.user, [.text(text)])] }
        guard let elements = input.value.elements else { throw input.invalid("must be a string or an array") }
        guard !elements.isEmpty else { throw input.invalid("must not be empty") }
        var reader = ResponsesInput()
        for item in try input.elements() { try reader.take(item) }
        return reader.messages
    }

    private mutating func take(_ item: RequestValue) throws(TranslationError) {
        switch try item.object().string("type") ?? "message" {
        case "message": try message(item)
        case "function_call":
            let call = ContentPart.ToolCall(
                id: try item.required("call_id").string(), name: try item.required("name").string(),
                arguments: try item.required("arguments").string())
            tools[call.id] = call.name
            assistant([.toolCall(call)])
        case "function_call_output":
            let id = try item.required("call_id").string()
            let result = ContentPart.ToolResult(
                id: id, name: tools[id], parts: try Self.content(try item.required("output")), isError: nil)
            messages.append(Conversation.Message(.tool, [.toolResult(result)]))
        case "reasoning": assistant([.reasoning(try Self.thought(item))])
        case "item_reference": throw item.unsupported("nothing is stored between calls here; send the item itself")
        case let type:
            throw .unsupported(parameter: "\(item.path).type", "items of type '\(type)' are not available here")
        }
    }

    private mutating func message(_ item: RequestValue) throws(TranslationError) {
        let content = try Self.content(try item.required("content"))
        switch try item.required("role").string() {
        case "user": messages.append(Conversation.Message(.user, content))
        case "system", "developer": messages.append(Conversation.Message(.system, content))
        case "assistant": assistant(content)
        default: throw .invalid(parameter: "\(item.path).role", "must be user, assistant, system or developer")
        }
    }

    /// One turn of a model is several items here, and one message elsewhere.
    private mutating func assistant(_ parts: [ContentPart]) {
        if messages.last?.role == .assistant {
            messages[messages.count - 1].parts += parts
        } else {
            messages.append(Conversation.Message(.assistant, parts))
        }
    }

    private static func thought(_ item: RequestValue) throws(TranslationError) -> ContentPart.Reasoning {
        var texts: [String] = []
        for part in try item.elements("summary") ?? [] { texts.append(try part.required("text").string()) }
        for part in try item.elements("content") ?? [] { texts.append(try part.required("text").string()) }
        var thought = ContentPart.Reasoning(text: texts.joined(separator: "\n\n"))
        ResponsesItem.open(try item.string("encrypted_content"), into: &thought)
        return thought
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
        case "input_text", "output_text", "text": return .text(try part.required("text").string())
        case "refusal": return .refusal(try part.required("refusal").string())
        case "input_image":
            let detail = try part.string("detail")
            if let id = try part.string("file_id") { return .image(.file(id: id), detail: detail) }
            return .image(try media(try part.required("image_url")), detail: detail)
        case "input_file":
            let name = try part.string("filename")
            if let id = try part.string("file_id") { return .document(.file(id: id), name: name) }
            if let url = try part.string("file_url") { return .document(.url(url), name: name) }
            return .document(try media(try part.required("file_data")), name: name)
        case "input_audio":
            let audio = part["input_audio"] ?? part
            return .audio(
                .data(
                    type: try AudioFormat.type(of: try audio.required("format")),
                    base64: try audio.required("data").string()))
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
}
