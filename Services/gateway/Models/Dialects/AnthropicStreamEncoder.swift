/// Writes the events of Anthropic's streams.
struct AnthropicStreamEncoder: AnswerStreamEncoder {
    private enum Block: Equatable {
        case text, thinking
        case tool(Int)
    }

    private let context: AnswerContext
    private var hasBegun = false
    private var open: Block?
    /// The number of blocks that were begun.
    private var blocks = 0
    private var finish = FinishReason.stop
    private var usage = TokenUsage.none

    init(_ context: AnswerContext) {
        self.context = context
    }

    /// Goes on after events of another writer's.
    init(_ context: AnswerContext, afterBlocks blocks: Int, isTextOpen: Bool) {
        self.context = context
        self.blocks = blocks
        hasBegun = true
        open = isTextOpen ? .text : nil
    }

    var ending: [UInt8] { Self.stop }
    private static let stop = Array("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".utf8)

    mutating func encode(_ event: CompletionEvent) -> [UInt8] {
        var output: [UInt8] = []
        switch event {
        case .begin(_, let model, _): begin(model, &output)
        // One answer only in this interface.
        case .text(let text, 0), .refusal(let text, 0):
            open(.text, #"{"type":"text","text":""}"#, &output)
            delta("text_delta", "text", text, &output)
        case .reasoning(let text, 0):
            open(.thinking, Self.emptyThought, &output)
            delta("thinking_delta", "thinking", text, &output)
        case .reasoningSeal(let signature, let sealed, 0): seal(signature, sealed, &output)
        case .toolCall(let index, let id, let name, 0):
            let block = JSONValue.members(
                ("type", "tool_use"), ("id", .string(id)), ("name", .string(name)), ("input", .object([])))
            open(.tool(index), String(decoding: block.text, as: UTF8.self), &output)
        case .toolArguments(let index, let text, 0):
            guard open == .tool(index) else { break }
            delta("input_json_delta", "partial_json", text, &output)
        case .finish(let reason, 0):
            finish = reason
            begin(nil, &output)
            close(&output)
        case .usage(let counted): usage = counted
        case .end: end(&output)
        // A failure is told by the gateway; log probabilities have no place in this interface.
        case .failure, .logProbabilities, .text, .refusal, .reasoning, .reasoningSeal, .toolCall, .toolArguments,
            .finish:
            break
        }
        return output
    }

    // MARK: The message

    private mutating func begin(_ model: String?, _ output: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        output += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":".utf8
        JSONValue.object([
            JSONValue.Member("id", .string("msg_" + context.identifier)), JSONValue.Member("type", "message"),
            JSONValue.Member("role", "assistant"), JSONValue.Member("model", .string(model ?? context.model)),
            JSONValue.Member("content", .array([])), JSONValue.Member("stop_reason", .null),
            // What was used is known at the end only; there it is said in full.
            JSONValue.Member("stop_sequence", .null), JSONValue.Member("usage", AnthropicMessagesDialect.usage(.none)),
        ]).write(to: &output)
        output += "}\n\n".utf8
    }

    private mutating func end(_ output: inout [UInt8]) {
        begin(nil, &output)
        close(&output)
        let stop = AnthropicMessagesDialect.word(for: finish)
        let delta = JSONValue.object([
            JSONValue.Member("stop_reason", .string(stop.reason)),
            JSONValue.Member("stop_sequence", stop.sequence.map(JSONValue.string) ?? .null),
        ])
        output += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":".utf8
        delta.write(to: &output)
        output += ",\"usage\":".utf8
        AnthropicMessagesDialect.usage(usage).write(to: &output)
        output += "}\n\n".utf8
    }

    // MARK: Blocks

    private static let emptyThought = #"{"type":"thinking","thinking":"","signature":""}"#

    /// Begins a block, unless it is the one that is open.
    private mutating func open(_ block: Block, _ content: String, _ output: inout [UInt8]) {
        guard open != block else { return }
        begin(nil, &output)
        close(&output)
        output += "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":\(blocks),".utf8
        output += "\"content_block\":\(content)}\n\n".utf8
        open = block
        blocks += 1
    }

    private mutating func close(_ output: inout [UInt8]) {
        guard open != nil else { return }
        open = nil
        output += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":\(blocks - 1)}\n\n".utf8
    }

    private mutating func delta(_ type: String, _ member: String, _ text: String, _ output: inout [UInt8]) {
        guard !text.isEmpty else { return }
        output += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":\(blocks - 1),".utf8
        output += "\"delta\":{\"type\":\"\(type)\",\"\(member)\":".utf8
        JSONText.write(text, to: &output)
        output += "}}\n\n".utf8
    }

    /// A signature belongs to the thoughts before it; sealed thoughts are a block of their own.
    private mutating func seal(_ signature: String?, _ sealed: String?, _ output: inout [UInt8]) {
        if let signature {
            open(.thinking, Self.emptyThought, &output)
            delta("signature_delta", "signature", signature, &output)
            close(&output)
        }
        guard let sealed else { return }
        close(&output)
        let block = JSONValue.members(("type", "redacted_thinking"), ("data", .string(sealed)))
        open(.thinking, String(decoding: block.text, as: UTF8.self), &output)
        close(&output)
    }
}
