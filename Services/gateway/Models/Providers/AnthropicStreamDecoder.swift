/// Reads a streamed answer of Anthropic's Messages. `message_stop` is its end.
struct AnthropicStreamDecoder: ProviderStreamDecoder {
    private enum Block {
        case text, thoughts, other
        case call(index: Int, hasArguments: Bool)
    }

    private var events = VendorEvents()
    private var block: Block?
    private var calls = 0
    private var signature: String?
    private var counts: [JSONValue.Member] = []
    private var hasBegun = false
    private var hasFinished = false
    private var hasEnded = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for event in try events.feed(bytes) where !hasEnded { try read(try event.object(), &output) }
        return output
    }

    mutating func finish() -> [CompletionEvent] { [] }

    private mutating func read(_ event: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        switch event["type"]?.string {
        case "message_start":
            guard !hasBegun else { throw .malformedAnswer("a second message_start") }
            hasBegun = true
            count(event["message"]?["usage"])
            output.append(
                .begin(id: event["message"]?["id"]?.string, model: event["message"]?["model"]?.string, created: nil))
        case "content_block_start": try start(event["content_block"], &output)
        case "content_block_delta": try delta(event["delta"], &output)
        case "content_block_stop": stop(&output)
        case "message_delta":
            count(event["usage"])
            guard let reason = event["delta"]?["stop_reason"]?.string, !hasFinished else { return }
            hasFinished = true
            output.append(
                .finish(AnthropicAnswer.finish(reason, event["delta"]?["stop_sequence"]?.string), choice: 0))
        case "message_stop":
            guard hasBegun, hasFinished, block == nil else {
                throw .malformedAnswer("message_stop before the message was complete")
            }
            hasEnded = true
            if let usage = AnthropicAnswer.usage(.object(counts)) { output.append(.usage(usage)) }
            output.append(.end)
        case "error":
            hasEnded = true
            output.append(.failure(AnthropicFailure.failure(inStream: event["error"])))
        default:
            // `ping`, and kinds of events to come, which clients are told to pass over ("Versioning").
            break
        }
    }

    private mutating func start(_ content: JSONValue?, _ output: inout [CompletionEvent]) throws(TranslationError) {
        guard hasBegun, block == nil else { throw .malformedAnswer("a content block out of order") }
        switch content?["type"]?.string {
        case "text":
            block = .text
            if let text = content?["text"]?.string, !text.isEmpty { output.append(.text(text, choice: 0)) }
        case "thinking":
            block = .thoughts
            signature = content?["signature"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            if let text = content?["thinking"]?.string, !text.isEmpty { output.append(.reasoning(text, choice: 0)) }
        case "redacted_thinking":
            block = .other
            output.append(.reasoningSeal(signature: nil, sealed: content?["data"]?.string, choice: 0))
        case "tool_use":
            guard let id = content?["id"]?.string, let name = content?["name"]?.string else {
                throw .malformedAnswer("a tool call without id or name")
            }
            block = .call(index: calls, hasArguments: false)
            output.append(.toolCall(index: calls, id: id, name: name, choice: 0))
            calls += 1
        default: block = .other
        }
    }

    private mutating func delta(_ delta: JSONValue?, _ output: inout [CompletionEvent]) throws(TranslationError) {
        switch (delta?["type"]?.string, block) {
        case ("text_delta", .text):
            if let text = delta?["text"]?.string, !text.isEmpty { output.append(.text(text, choice: 0)) }
        case ("thinking_delta", .thoughts):
            if let text = delta?["thinking"]?.string, !text.isEmpty { output.append(.reasoning(text, choice: 0)) }
        case ("signature_delta", .thoughts):
            signature = (signature ?? "") + (delta?["signature"]?.string ?? "")
        case ("input_json_delta", .call(let index, _)):
            guard let text = delta?["partial_json"]?.string, !text.isEmpty else { return }
            block = .call(index: index, hasArguments: true)
            output.append(.toolArguments(index: index, text, choice: 0))
        case (_, nil): throw .malformedAnswer("a piece of no content block")
        default: break
        }
    }

    private mutating func stop(_ output: inout [CompletionEvent]) {
        // No arguments come as no piece at all.
        if case .call(let index, false) = block { output.append(.toolArguments(index: index, "{}", choice: 0)) }
        if case .thoughts = block, let signature {
            output.append(.reasoningSeal(signature: signature, sealed: nil, choice: 0))
        }
        signature = nil
        block = nil
    }

    /// Counts are cumulative: a later one replaces the earlier.
    private mutating func count(_ usage: JSONValue?) {
        for member in usage?.members ?? [] where member.value != .null {
            counts.removeAll { $0.name == member.name }
            counts.append(member)
        }
    }
}
