/// A piece of a message, going or coming.
enum ContentPart: Sendable, Equatable {
    case text(String)
    case image(Media, detail: String?)
    case audio(Media)
    /// A file such as a PDF.
    case document(Media, name: String?)
    case toolCall(ToolCall)
    case toolResult(ToolResult)
    /// What the model thought, where its vendor shows it. It goes back unchanged in the next turn.
    case reasoning(Reasoning)
    /// The model's words when it declines.
    case refusal(String)

    enum Media: Sendable, Equatable {
        case url(String)
        /// Base64 text as it came.
        case data(type: String, base64: String)
        /// A file that the vendor keeps, by its id.
        case file(id: String)
    }

    struct ToolCall: Sendable, Equatable {
        var id: String
        var name: String
        /// JSON text as the model wrote it: possibly not valid, never changed.
        var arguments: String
    }

    struct ToolResult: Sendable, Equatable {
        /// The id of the call that it answers.
        var id: String
        /// The tool's name, where the caller's dialect says it or the conversation shows it.
        var name: String?
        var parts: [ContentPart]
        var isError: Bool?
    }

    struct Reasoning: Sendable, Equatable {
        var text: String
        /// The vendor's seal on it, without which it may not be sent back.
        var signature: String?
        /// Encrypted thoughts: only for the vendor that wrote them.
        var sealed: String?
    }

    /// The text of a text part.
    var text: String? {
        if case .text(let text) = self { return text }
        return nil
    }
}
