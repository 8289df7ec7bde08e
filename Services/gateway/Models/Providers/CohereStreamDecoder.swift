import CurlClient

/// Reads a streamed answer of Cohere's `/v2/chat`. `message-end` is its end.
struct CohereStreamDecoder: ProviderStreamDecoder {
    private var events = VendorEvents()
    private var calls = 0
    private var hasBegun = false
    private var hasEnded = false
    private var hasArguments = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for event in try events.feed(bytes) where !hasEnded { try read(try event.object(), &output) }
        return output
    }

    mutating func finish() -> [CompletionEvent] { [] }

    private mutating func read(_ event: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        let message = event["delta"]?["message"]
        switch event["type"]?.string {
        case "message-start":
            hasBegun = true
            output.append(.begin(id: event["id"]?.string, model: nil, created: nil))
        case "content-start", "content-delta": content(message?["content"], &output)
        case "tool-plan-delta":
            if let plan = message?["tool_plan"]?.string, !plan.isEmpty { output.append(.reasoning(plan, choice: 0)) }
        case "tool-call-start": try start(message?["tool_calls"], &output)
        case "tool-call-delta": arguments(message?["tool_calls"], &output)
        case "tool-call-end":
            if calls > 0, !hasArguments { output.append(.toolArguments(index: calls - 1, "{}", choice: 0)) }
        case "message-end": try end(event["delta"], &output)
        default:
            // Citations have no place, and new kinds of events may come.
            break
        }
    }

    private func content(_ content: JSONValue?, _ output: inout [CompletionEvent]) {
        if let thoughts = content?["thinking"]?.string, !thoughts.isEmpty {
            output.append(.reasoning(thoughts, choice: 0))
        }
        if let text = content?["text"]?.string, !text.isEmpty { output.append(.text(text, choice: 0)) }
    }

    private mutating func start(_ call: JSONValue?, _ output: inout [CompletionEvent]) throws(TranslationError) {
        guard let id = call?["id"]?.string, let name = call?["function"]?["name"]?.string else {
            throw .malformedAnswer("a tool call without id or name")
        }
        output.append(.toolCall(index: calls, id: id, name: name, choice: 0))
        calls += 1
        hasArguments = false
        arguments(call, &output)
    }

    private mutating func arguments(_ call: JSONValue?, _ output: inout [CompletionEvent]) {
        guard calls > 0, let text = call?["function"]?["arguments"]?.string, !text.isEmpty else { return }
        hasArguments = true
        output.append(.toolArguments(index: calls - 1, text, choice: 0))
    }

    private mutating func end(_ delta: JSONValue?, _ output: inout [CompletionEvent]) throws(TranslationError) {
        guard hasBegun else { throw .malformedAnswer("message-end before message-start") }
        hasEnded = true
        let reason = delta?["finish_reason"]?.string
        if reason == "ERROR" || reason == "TIMEOUT" {
            let status = reason == "TIMEOUT" ? 504 : 500
            let error = VendorError.make(status, message: delta?["error"]?.string)
            output.append(.failure(VendorError.failure(status: status, headers: ResponseHeaders(), error)))
            return
        }
        output.append(.finish(CohereAnswer.finish(reason), choice: 0))
        if let usage = CohereAnswer.usage(delta?["usage"]) { output.append(.usage(usage)) }
        output.append(.end)
    }
}
