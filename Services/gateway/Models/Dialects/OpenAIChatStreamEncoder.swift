/// Writes the chunks of a streamed chat completion.
struct OpenAIChatStreamEncoder: AnswerStreamEncoder {
    private let context: AnswerContext
    /// What every chunk begins with, up to the value of `choices`.
    private var head: [UInt8] = []
    /// The choices whose first chunk, with the role, was sent.
    private var begun: Set<Int> = []

    init(_ context: AnswerContext) {
        self.context = context
    }

    /// Goes on after chunks of another writer's, of which `chunk` is one.
    init(_ context: AnswerContext, after chunk: JSONValue) {
        self.context = context
        begun = [0]
        head = Self.head(
            context, id: chunk["id"]?.string, model: chunk["model"]?.string, created: chunk["created"]?.integer)
    }

    var ending: [UInt8] { Self.done }
    private static let done = Array("data: [DONE]\n\n".utf8)

    mutating func encode(_ event: CompletionEvent) -> [UInt8] {
        var output: [UInt8] = []
        switch event {
        case .begin(_, let model, let created):
            head = Self.head(context, model: model, created: created)
        case .text(let text, let choice): string("content", text, choice, &output)
        case .reasoning(let text, let choice): string("reasoning_content", text, choice, &output)
        case .refusal(let text, let choice): string("refusal", text, choice, &output)
        case .toolCall(let index, let id, let name, let choice):
            begin(choice, content: "null", &output)
            let call = JSONValue.members(
                ("index", .integer(Int64(index))), ("id", .string(id)), ("type", "function"),
                ("function", .members(("name", .string(name)), ("arguments", ""))))
            delta(choice, &output) { bytes in
                bytes += #""tool_calls":["#.utf8
                call.write(to: &bytes)
                bytes.append(UInt8(ascii: "]"))
            }
        case .toolArguments(let index, let text, let choice):
            begin(choice, content: "null", &output)
            delta(choice, &output) { bytes in
                bytes += #""tool_calls":[{"index":\#(index),"function":{"arguments":"#.utf8
                JSONText.write(text, to: &bytes)
                bytes += "}}]".utf8
            }
        case .logProbabilities(let value, let choice):
            begin(choice, content: #""""#, &output)
            delta(choice, logProbabilities: value, &output) { $0 += #""content":"""#.utf8 }
        case .finish(let reason, let choice):
            begin(choice, content: #""""#, &output)
            delta(choice, finish: OpenAIChatDialect.word(for: reason), &output) { _ in }
        case .usage(let usage):
            if context.includesUsage { write(usage, &output) }
        case .reasoningSeal(let signature, let sealed, let choice):
            begin(choice, content: #""""#, &output)
            let thought = ContentPart.Reasoning(text: "", signature: signature, sealed: sealed)
            delta(choice, &output) { bytes in
                bytes += #""reasoning_details":"#.utf8
                JSONValue.array(OpenAIChatThoughts.details(thought)).write(to: &bytes)
            }
        // A failure is told by the gateway.
        case .failure, .end: break
        }
        return output
    }

    // MARK: Chunks

    private static func head(
        _ context: AnswerContext, id: String? = nil, model: String?, created: Int64?
    ) -> [UInt8] {
        var bytes = Array("data: {\"id\":".utf8)
        JSONText.write(id ?? "chatcmpl-" + context.identifier, to: &bytes)
        bytes += #","object":"chat.completion.chunk","created":\#(created ?? context.created),"model":"#.utf8
        JSONText.write(model ?? context.model, to: &bytes)
        bytes += #","choices":["#.utf8
        return bytes
    }

    private mutating func string(_ member: String, _ text: String, _ choice: Int, _ output: inout [UInt8]) {
        begin(choice, content: #""""#, &output)
        guard !text.isEmpty else { return }
        delta(choice, &output) { bytes in
            bytes.append(UInt8(ascii: "\""))
            bytes += member.utf8
            bytes += "\":".utf8
            JSONText.write(text, to: &bytes)
        }
    }

    /// The first chunk of a choice says whose words follow.
    private mutating func begin(_ choice: Int, content: String, _ output: inout [UInt8]) {
        guard begun.insert(choice).inserted else { return }
        delta(choice, &output) { $0 += #""role":"assistant","content":\#(content),"refusal":null"#.utf8 }
    }

    private func delta(
        _ choice: Int, logProbabilities: JSONValue? = nil, finish: String? = nil, _ output: inout [UInt8],
        _ members: (inout [UInt8]) -> Void
    ) {
        start(&output)
        output += #"{"index":\#(choice),"delta":{"#.utf8
        members(&output)
        output += #"},"logprobs":"#.utf8
        (logProbabilities ?? .null).write(to: &output)
        output += #","finish_reason":"#.utf8
        output += (finish.map { "\"\($0)\"" } ?? "null").utf8
        output += (context.includesUsage ? #"}],"usage":null}"# : "}]}").utf8
        output += "\n\n".utf8
    }

    private func write(_ usage: TokenUsage, _ output: inout [UInt8]) {
        start(&output)
        output += #"],"usage":"#.utf8
        OpenAIChatDialect.usage(usage).write(to: &output)
        output += "}\n\n".utf8
    }

    /// A provider's stream begins with `begin`; one that does not must not make a chunk without its head.
    private func start(_ output: inout [UInt8]) {
        output.reserveCapacity(output.count + head.count + 160)
        output += head.isEmpty ? Self.head(context, model: nil, created: nil) : head
    }
}
