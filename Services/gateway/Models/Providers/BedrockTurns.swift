/// Writes turns as Converse's messages: the user and the assistant in alternation, what tools answered in the user's.
enum BedrockTurns {
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
            let results = turn.blocks.filter { $0["toolResult"] != nil }
            let blocks = results + turn.blocks.filter { $0["toolResult"] == nil }
            return .members(("role", turn.isAssistant ? "assistant" : "user"), ("content", .array(blocks)))
        }
    }

    /// Whether a turn calls a tool or answers for one.
    static func useTools(_ turns: [Conversation.Message]) -> Bool {
        turns.contains { turn in
            turn.parts.contains { part in
                switch part {
                case .toolCall, .toolResult: true
                default: false
                }
            }
        }
    }

    private static func said(_ part: ContentPart) throws(TranslationError) -> JSONValue? {
        switch part {
        case .text(let text), .refusal(let text): return Self.text(text)
        case .toolCall(let call):
            return .members(
                (
                    "toolUse",
                    .members(
                        ("toolUseId", .string(ToolCallID.plain(call.id))), ("name", .string(call.name)),
                        ("input", try JSONValue.arguments(of: call)))
                ))
        case .reasoning(let reasoning): return thoughts(reasoning)
        case .image, .audio, .document, .toolResult:
            throw .unsupported(parameter: "messages", "this model's provider takes only text from an assistant")
        }
    }

    private static func thoughts(_ reasoning: ContentPart.Reasoning) -> JSONValue? {
        if let sealed = reasoning.sealed, ThoughtSeal.isBare(sealed) {
            return .members(("reasoningContent", .members(("redactedContent", .string(sealed)))))
        }
        guard let signature = reasoning.signature, ThoughtSeal.isBare(signature) else { return nil }
        let text = JSONValue.members(("text", .string(reasoning.text)), ("signature", .string(signature)))
        return .members(("reasoningContent", .members(("reasoningText", text))))
    }

    private static func told(_ part: ContentPart) throws(TranslationError) -> JSONValue? {
        switch part {
        case .text(let text): return Self.text(text)
        case .image(let media, _): return .members(("image", try image(media)))
        case .document(let media, let name): return .members(("document", try document(media, name)))
        case .audio(let media): return .members(("audio", try audio(media)))
        case .toolResult(let result): return .members(("toolResult", try answer(result)))
        case .toolCall, .reasoning, .refusal:
            throw .invalid(parameter: "messages", "a turn holds what only an assistant can say")
        }
    }

    private static func answer(_ result: ContentPart.ToolResult) throws(TranslationError) -> JSONValue {
        var blocks: [JSONValue] = []
        for part in result.parts {
            switch part {
            case .text, .image, .document: if let block = try told(part) { blocks.append(block) }
            case .audio, .toolCall, .toolResult, .reasoning, .refusal:
                throw .unsupported(
                    parameter: "messages", "this model's provider takes text, images and documents from tools")
            }
        }
        return .members(
            ("toolUseId", .string(ToolCallID.plain(result.id))), ("content", .array(blocks)),
            ("status", result.isError == true ? "error" : nil))
    }

    /// Blank texts are refused, and say nothing.
    private static func text(_ text: String) -> JSONValue? {
        text.allSatisfy(\.isWhitespace) ? nil : .members(("text", .string(text)))
    }

    // MARK: Media

    private static func image(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        guard case .data(let type, let base64) = media, type.hasPrefix("image/") else {
            throw .unsupported(parameter: "messages", "this model's provider takes images only in the request")
        }
        return .members(("format", .string(String(type.dropFirst(6)))), ("source", bytes(base64)))
    }

    private static func audio(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        guard case .data(let type, let base64) = media, type.hasPrefix("audio/") else {
            throw .unsupported(parameter: "messages", "this model's provider takes audio only in the request")
        }
        let format = type == "audio/mpeg" ? "mp3" : String(type.dropFirst(6))
        return .members(("format", .string(format)), ("source", bytes(base64)))
    }

    private static func document(_ media: ContentPart.Media, _ name: String?) throws(TranslationError) -> JSONValue {
        guard case .data(let type, let base64) = media, let format = formats[type] else {
            throw .unsupported(
                parameter: "messages", "this model's provider takes documents of common kinds, in the request only")
        }
        // Letters, digits, single spaces, hyphens and brackets only.
        let plain = (name ?? "document").map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return .members(
            ("format", .string(format)), ("name", .string(String(plain.prefix(200)))), ("source", bytes(base64)))
    }

    private static let formats = [
        "application/pdf": "pdf", "text/csv": "csv", "application/msword": "doc", "text/html": "html",
        "text/plain": "txt", "text/markdown": "md", "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    ]

    private static func bytes(_ base64: String) -> JSONValue { .members(("bytes", .string(base64))) }
}
