/// Writes the items that an answer of the Responses interface consists of.
enum ResponsesItem {
    static func message(_ id: String, _ status: String, _ content: [JSONValue]) -> JSONValue {
        .members(
            ("id", .string(id)), ("type", "message"), ("status", .string(status)), ("role", "assistant"),
            ("content", .array(content)))
    }

    static func text(_ text: String, _ logProbabilities: [JSONValue] = []) -> JSONValue {
        .members(
            ("type", "output_text"), ("text", .string(text)), ("annotations", .array([])),
            ("logprobs", .array(logProbabilities)))
    }

    static func refusal(_ text: String) -> JSONValue {
        .members(("type", "refusal"), ("refusal", .string(text)))
    }

    static func call(_ id: String, _ status: String, _ call: ContentPart.ToolCall) -> JSONValue {
        .members(
            ("id", .string(id)), ("type", "function_call"), ("status", .string(status)),
            ("arguments", .string(call.arguments)), ("call_id", .string(call.id)), ("name", .string(call.name)))
    }

    static func reasoning(_ id: String, _ thought: ContentPart.Reasoning) -> JSONValue {
        .members(
            ("id", .string(id)), ("type", "reasoning"),
            ("summary", .array(thought.text.isEmpty ? [] : [summary(thought.text)])),
            ("encrypted_content", seal(of: thought).map(JSONValue.string)))
    }

    static func summary(_ text: String) -> JSONValue { .members(("type", "summary_text"), ("text", .string(text))) }

    // MARK: Seals

    /// Anthropic's signatures stand beside the thoughts and have no member here; with this before them they travel as
    /// encrypted content, and are told from it when they come back.
    private static let signatureMark = "signature."

    private static func seal(of thought: ContentPart.Reasoning) -> String? {
        thought.sealed ?? thought.signature.map { signatureMark + $0 }
    }

    static func open(_ seal: String?, into thought: inout ContentPart.Reasoning) {
        guard let seal else { return }
        if seal.hasPrefix(signatureMark) {
            thought.signature = String(seal.dropFirst(signatureMark.utf8.count))
        } else {
            thought.sealed = seal
        }
    }

    /// The elements of OpenAI's `{"content": […]}`.
    static func logProbabilities(_ value: JSONValue?) -> [JSONValue] { value?["content"]?.elements ?? [] }
}
