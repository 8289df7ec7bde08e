import Foundation

/// Writes turns as Anthropic's messages: only the user and the assistant speak, in alternation, and what tools answered
/// stands first in the user's turn.
enum AnthropicTurns {
    static func messages(_ turns: [Conversation.Message]) throws(TranslationError) -> [JSONValue] {
        var merged: [(isAssistant: Bool, blocks: [JSONValue])] = []
        for turn in turns {
            let isAssistant = turn.role == .assistant
            var blocks: [JSONValue] = []
            for part in turn.parts {
                if let block = try isAssistant ? said(part) : told(part) { blocks.append(block) }
            }
            if blocks.isEmpty { continue }
            if merged.last?.isAssistant == isAssistant {
                merged[merged.count - 1].blocks += blocks
            } else {
                merged.append((isAssistant, blocks))
            }
        }
        return merged.map { turn in
            .members(("role", turn.isAssistant ? "assistant" : "user"), ("content", content(turn.blocks)))
        }
    }

    private static func content(_ blocks: [JSONValue]) -> JSONValue {
        if blocks.count == 1, blocks[0]["type"] == "text", let text = blocks[0]["text"] { return text }
        let results = blocks.filter { $0["type"] == "tool_result" }
        return .array(results + blocks.filter { $0["type"] != "tool_result" })
    }

    // MARK: The assistant

    private static func said(_ part: ContentPart) throws(TranslationError) -> JSONValue? {
        switch part {
        case .text(let text), .refusal(let text): return Self.text(text)
        case .toolCall(let call):
            return .members(
                ("type", "tool_use"), ("id", .string(ToolCallID.plain(call.id))), ("name", .string(call.name)),
                ("input", try JSONValue.arguments(of: call)))
        case .reasoning(let reasoning): return thoughts(reasoning)
        case .image, .audio, .document, .toolResult:
            throw .unsupported(parameter: "messages", "this model's provider takes only text from an assistant")
        }
    }

    /// Thoughts without Anthropic's seal were another vendor's and may not be sent back.
    private static func thoughts(_ reasoning: ContentPart.Reasoning) -> JSONValue? {
        if let sealed = reasoning.sealed, ThoughtSeal.isBare(sealed) {
            return .members(("type", "redacted_thinking"), ("data", .string(sealed)))
        }
        guard let signature = reasoning.signature, ThoughtSeal.isBare(signature) else { return nil }
        return .members(
            ("type", "thinking"), ("thinking", .string(reasoning.text)), ("signature", .string(signature)))
    }

    // MARK: The user and tools

    private static func told(_ part: ContentPart) throws(TranslationError) -> JSONValue? {
        switch part {
        case .text(let text): return Self.text(text)
        case .image(let media, _): return .members(("type", "image"), ("source", try image(media)))
        case .document(let media, let name):
            return .members(
                ("type", "document"), ("source", try document(media)), ("title", name.map(JSONValue.string)))
        case .toolResult(let result): return try answer(result)
        case .audio: throw .unsupported(parameter: "messages", "this model's provider takes no audio")
        case .toolCall, .reasoning, .refusal:
            throw .invalid(parameter: "messages", "a turn holds what only an assistant can say")
        }
    }

    private static func answer(_ result: ContentPart.ToolResult) throws(TranslationError) -> JSONValue {
        var blocks: [JSONValue] = []
        for part in result.parts {
            if case .toolResult = part { throw .invalid(parameter: "messages", "a tool result holds another") }
            if let block = try told(part) { blocks.append(block) }
        }
        return .members(
            ("type", "tool_result"), ("tool_use_id", .string(ToolCallID.plain(result.id))),
            ("content", blocks.isEmpty ? nil : content(blocks)),
            ("is_error", result.isError.map(JSONValue.boolean)))
    }

    /// Empty texts are refused, and say nothing.
    private static func text(_ text: String) -> JSONValue? {
        text.isEmpty ? nil : .members(("type", "text"), ("text", .string(text)))
    }

    private static func image(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        switch media {
        case .url(let url): return .members(("type", "url"), ("url", .string(url)))
        case .data(let type, let base64): return data(type, base64)
        case .file: throw .unsupported(parameter: "messages", "this model's provider takes no images by file id")
        }
    }

    private static func document(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        switch media {
        case .url(let url): return .members(("type", "url"), ("url", .string(url)))
        case .data("text/plain", let base64):
            guard let text = Data(base64Encoded: base64) else {
                throw .invalid(parameter: "messages", "a document is not base64")
            }
            return .members(
                ("type", "text"), ("media_type", "text/plain"),
                ("data", .string(String(decoding: text, as: UTF8.self))))
        case .data(let type, let base64): return data(type, base64)
        case .file: throw .unsupported(parameter: "messages", "this model's provider takes no documents by file id")
        }
    }

    private static func data(_ type: String, _ base64: String) -> JSONValue {
        .members(("type", "base64"), ("media_type", .string(type)), ("data", .string(base64)))
    }
}
