/// Writes turns as Gemini's contents: the user and the model in alternation, and what tools answered by the name of the
/// tool.
///
/// A seal on thoughts (`thoughtSignature`) stands on the part that came after them, and goes back there. Gemini 3
/// refuses the first call of a turn without one; for a turn of another model the documented text that skips the check
/// stands in ("Thought signatures").
struct GeminiTurns {
    static let vendor = "gemini"
    private static let skippedSeal = "skip_thought_signature_validator"

    let conversation: Conversation
    let model: String

    func contents() throws(TranslationError) -> [JSONValue] {
        var merged: [(isModel: Bool, parts: [JSONValue])] = []
        for turn in conversation.turns {
            let isModel = turn.role == .assistant
            let parts = try isModel ? said(turn.parts) : told(turn.parts)
            if parts.isEmpty { continue }
            if merged.last?.isModel == isModel {
                merged[merged.count - 1].parts += parts
            } else {
                merged.append((isModel, parts))
            }
        }
        return merged.map { turn in
            let answers = turn.parts.filter { $0["functionResponse"] != nil }
            let parts = answers + turn.parts.filter { $0["functionResponse"] == nil }
            return .members(("role", turn.isModel ? "model" : "user"), ("parts", .array(parts)))
        }
    }

    // MARK: The model

    private func said(_ parts: [ContentPart]) throws(TranslationError) -> [JSONValue] {
        var output: [JSONValue] = []
        var seal: String?
        var hasCalled = false
        for part in parts {
            switch part {
            case .reasoning(let reasoning): seal = ThoughtSeal.unmark(reasoning.signature, Self.vendor) ?? seal
            case .text(let text), .refusal(let text):
                guard !text.isEmpty else { continue }
                output.append(.members(("text", .string(text)), ("thoughtSignature", seal.map(JSONValue.string))))
                seal = nil
            case .toolCall(let call):
                if !hasCalled, seal == nil, GeminiRequest.takesLevels(model) { seal = Self.skippedSeal }
                hasCalled = true
                let function = JSONValue.members(
                    ("id", .string(call.id)), ("name", .string(call.name)), ("args", try JSONValue.arguments(of: call)))
                output.append(.members(("functionCall", function), ("thoughtSignature", seal.map(JSONValue.string))))
                seal = nil
            case .image, .audio, .document, .toolResult:
                throw .unsupported(parameter: "messages", "this model's provider takes only text from an assistant")
            }
        }
        if let seal { output.append(.members(("text", ""), ("thoughtSignature", .string(seal)))) }
        return output
    }

    // MARK: The user and tools

    private func told(_ parts: [ContentPart]) throws(TranslationError) -> [JSONValue] {
        var output: [JSONValue] = []
        for part in parts {
            switch part {
            case .text(let text): if !text.isEmpty { output.append(.members(("text", .string(text)))) }
            case .image(let media, _), .audio(let media), .document(let media, _): output.append(try self.media(media))
            case .toolResult(let result): output.append(try answer(result))
            case .toolCall, .reasoning, .refusal:
                throw .invalid(parameter: "messages", "a turn holds what only an assistant can say")
            }
        }
        return output
    }

    private func answer(_ result: ContentPart.ToolResult) throws(TranslationError) -> JSONValue {
        guard let name = result.name ?? conversation.toolName(ofCall: result.id) else {
            throw .invalid(parameter: "messages", "no tool call has the id '\(result.id.prefix(100))'")
        }
        var text = ""
        var media: [JSONValue] = []
        for part in result.parts {
            switch part {
            case .text(let piece): text += piece
            case .image(let item, _), .document(let item, _): media.append(try self.media(item))
            case .audio, .toolCall, .toolResult, .reasoning, .refusal:
                throw .unsupported(parameter: "messages", "this model's provider takes text and images from tools")
            }
        }
        let response = JSONValue.members((result.isError == true ? "error" : "output", .string(text)))
        return .members(
            (
                "functionResponse",
                .members(
                    ("id", .string(result.id)), ("name", .string(name)), ("response", response),
                    ("parts", media.isEmpty ? nil : .array(media)))
            ))
    }

    private func media(_ media: ContentPart.Media) throws(TranslationError) -> JSONValue {
        switch media {
        case .data(let type, let base64):
            return .members(("inlineData", .members(("mimeType", .string(type)), ("data", .string(base64)))))
        case .url(let url):
            return .members(
                ("fileData", .members(("mimeType", Self.type(of: url)), ("fileUri", .string(url)))))
        case .file: throw .unsupported(parameter: "messages", "this model's provider takes no files by their id")
        }
    }

    /// What the ending of an address says; the vendor finds out by itself otherwise.
    private static func type(of url: String) -> JSONValue? {
        let path = url.split(whereSeparator: { $0 == "?" || $0 == "#" }).first ?? ""
        switch path.split(separator: ".").last?.lowercased() {
        case "png": return "image/png"
        case "jpg", "jpeg": return "image/jpeg"
        case "webp": return "image/webp"
        case "gif": return "image/gif"
        case "pdf": return "application/pdf"
        default: return nil
        }
    }
}

extension Conversation {
    /// The name of the tool that a call with that id called, the latest one.
    func toolName(ofCall id: String) -> String? {
        for message in messages.reversed() {
            for case .toolCall(let call) in message.parts where call.id == id { return call.name }
        }
        return nil
    }
}
