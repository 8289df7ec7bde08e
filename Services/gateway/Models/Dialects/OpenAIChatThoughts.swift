/// What a model thought, in chat completions: the text is `reasoning_content`, and vendors' seals are
/// `reasoning_details` (OpenRouter, "Reasoning tokens"). Clients that send a model's message back as they got it let it
/// go on thinking where it was.
enum OpenAIChatThoughts {
    /// The seals of a thought; nothing for one without.
    static func details(_ thought: ContentPart.Reasoning) -> [JSONValue] {
        var details: [JSONValue] = []
        if let signature = thought.signature {
            details.append(
                .members(
                    ("type", "reasoning.text"), ("text", thought.text.isEmpty ? nil : .string(thought.text)),
                    ("signature", .string(signature))))
        }
        if let sealed = thought.sealed {
            details.append(.members(("type", "reasoning.encrypted"), ("data", .string(sealed))))
        }
        return details
    }

    /// The thoughts of a message that comes back.
    static func thoughts(_ message: RequestValue) throws(TranslationError) -> [ContentPart.Reasoning] {
        // DeepSeek's name for the text, and that of newer servers.
        var text = try (message["reasoning_content"] ?? message["reasoning"])?.string()
        var thoughts: [ContentPart.Reasoning] = []
        for detail in try message.elements("reasoning_details") ?? [] {
            switch try detail.required("type").string() {
            case "reasoning.text":
                // Put together from a stream, the text stands beside the seals only.
                let words = try detail.string("text") ?? text ?? ""
                text = nil
                thoughts.append(ContentPart.Reasoning(text: words, signature: try detail.string("signature")))
            case "reasoning.encrypted":
                thoughts.append(ContentPart.Reasoning(text: "", sealed: try detail.required("data").string()))
            // Summaries are in the text already.
            default: continue
            }
        }
        if let text, !thoughts.contains(where: { !$0.text.isEmpty }) {
            thoughts.insert(ContentPart.Reasoning(text: text), at: 0)
        }
        return thoughts
    }
}
