/// Reads a streamed answer of Bedrock's ConverseStream. `metadata`, which follows `messageStop`, is its end.
struct BedrockStreamDecoder: ProviderStreamDecoder {
    private struct Block {
        var call: Int?
        var hasArguments = false
        var signature = ""
    }

    private var messages = AWSEventStream()
    private var block: (index: Int64, state: Block)?
    private var calls = 0
    private var hasBegun = false
    private var hasFinished = false
    private var hasEnded = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for message in try messages.feed(bytes) where !hasEnded { try read(message, &output) }
        return output
    }

    mutating func finish() -> [CompletionEvent] { [] }

    private mutating func read(
        _ message: AWSEventStream.Message, _ output: inout [CompletionEvent]
    ) throws(TranslationError) {
        let payload = message.payload.isEmpty ? .object([]) : try JSONValue.answer(message.payload)
        guard message.headers[":message-type"] == "event" else {
            hasEnded = true
            let type = message.headers[":exception-type"] ?? message.headers[":error-code"]
            let text = payload["message"]?.string ?? message.headers[":error-message"]
            output.append(
                .failure(BedrockFailure.failure(status: BedrockFailure.status(type), type: type, message: text)))
            return
        }
        switch message.headers[":event-type"] {
        case "messageStart":
            hasBegun = true
            output.append(.begin(id: nil, model: nil, created: nil))
        case "contentBlockStart": try start(payload, &output)
        case "contentBlockDelta": try delta(payload, &output)
        case "contentBlockStop": stop(&output)
        case "messageStop":
            guard hasBegun, block == nil else { throw .malformedAnswer("messageStop inside of a content block") }
            hasFinished = true
            let fields = payload["additionalModelResponseFields"]
            output.append(.finish(BedrockAnswer.finish(payload["stopReason"]?.string, fields), choice: 0))
        case "metadata":
            guard hasFinished else { throw .malformedAnswer("metadata before messageStop") }
            hasEnded = true
            if let usage = BedrockAnswer.usage(payload["usage"]) { output.append(.usage(usage)) }
            output.append(.end)
        default:
            // New kinds of events may come.
            break
        }
    }

    private mutating func start(_ event: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        guard block == nil, let index = event["contentBlockIndex"]?.integer else {
            throw .malformedAnswer("a content block out of order")
        }
        var state = Block()
        if let call = event["start"]?["toolUse"] {
            guard let id = call["toolUseId"]?.string, let name = call["name"]?.string else {
                throw .malformedAnswer("a tool call without id or name")
            }
            state.call = calls
            output.append(.toolCall(index: calls, id: id, name: name, choice: 0))
            calls += 1
        }
        block = (index, state)
    }

    /// Only tool calls have a start.
    private mutating func delta(_ event: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        guard hasBegun, let index = event["contentBlockIndex"]?.integer, block == nil || block?.index == index else {
            throw .malformedAnswer("a piece of another content block")
        }
        var state = block?.state ?? Block()
        let delta = event["delta"]
        if let text = delta?["text"]?.string, !text.isEmpty { output.append(.text(text, choice: 0)) }
        if let text = delta?["toolUse"]?["input"]?.string, !text.isEmpty, let call = state.call {
            state.hasArguments = true
            output.append(.toolArguments(index: call, text, choice: 0))
        }
        if let reasoning = delta?["reasoningContent"] {
            if let text = reasoning["text"]?.string, !text.isEmpty { output.append(.reasoning(text, choice: 0)) }
            if let sealed = reasoning["redactedContent"]?.string {
                output.append(.reasoningSeal(signature: nil, sealed: sealed, choice: 0))
            }
            state.signature += reasoning["signature"]?.string ?? ""
        }
        block = (index, state)
    }

    private mutating func stop(_ output: inout [CompletionEvent]) {
        guard let state = block?.state else { return }
        if let call = state.call, !state.hasArguments {
            output.append(.toolArguments(index: call, "{}", choice: 0))
        }
        if !state.signature.isEmpty {
            output.append(.reasoningSeal(signature: state.signature, sealed: nil, choice: 0))
        }
        block = nil
    }
}
