/// Reads a streamed answer of OpenAI's chat completions, or of a copy of them. Only `[DONE]` is its end.
struct OpenAIChatStreamDecoder: ProviderStreamDecoder {
    private struct Choice {
        var calls = 0
        /// The `index` and `id` that the vendor gave the call whose arguments are coming.
        var current: (index: Int64, id: String?)?
        var isRefused = false
        var isFinished = false
    }

    /// More answers to one question than any vendor gives.
    private static let maximumChoices = 128

    private var events = VendorEvents()
    private var choices: [Int: Choice] = [:]
    private var usage: TokenUsage?
    private var answerID: String?
    private var hasBegun = false
    private var hasEnded = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for event in try events.feed(bytes) {
            if event.data == "[DONE]" {
                try end(&output)
            } else if !hasEnded {
                try read(try event.object(), &output)
            }
        }
        return output
    }

    mutating func finish() -> [CompletionEvent] { [] }

    private mutating func end(_ output: inout [CompletionEvent]) throws(TranslationError) {
        guard !hasEnded else { return }
        guard !choices.isEmpty, choices.values.allSatisfy(\.isFinished) else {
            throw .malformedAnswer("the stream ended before its choices")
        }
        hasEnded = true
        if let usage { output.append(.usage(usage)) }
        output.append(.end)
    }

    private mutating func read(_ chunk: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        if chunk["error"] != nil || chunk["object"] == "error" {
            hasEnded = true
            output.append(.failure(OpenAIErrorReader.failure(inStream: chunk)))
            return
        }
        let answers = chunk["choices"]?.elements ?? []
        let counted = TokenUsage.openAI(chunk["usage"])
        // Azure's first chunk has no choices but the results of its filter, and neither id nor model.
        guard !answers.isEmpty || counted != nil else { return }
        if !hasBegun {
            hasBegun = true
            answerID = chunk["id"]?.string.flatMap(OpenAIChatAnswer.named)
            output.append(
                .begin(
                    id: answerID,
                    model: chunk["model"]?.string.flatMap(OpenAIChatAnswer.named), created: chunk["created"]?.integer))
        }
        // Some servers count along; the last count is the count.
        if let counted { usage = counted }
        for answer in answers { try read(choice: answer, &output) }
    }

    private mutating func read(
        choice answer: JSONValue, _ output: inout [CompletionEvent]
    ) throws(TranslationError) {
        let index = Int(answer["index"]?.integer ?? 0)
        guard (0..<Self.maximumChoices).contains(index) else { throw .malformedAnswer("a choice out of bounds") }
        var choice = choices[index] ?? Choice()
        if let delta = answer["delta"] {
            content(delta, index, &output)
            if let words = delta["refusal"]?.string, !words.isEmpty {
                choice.isRefused = true
                output.append(.refusal(words, choice: index))
            }
            for call in delta["tool_calls"]?.elements ?? [] { try read(call: call, &choice, index, &output) }
            if let call = delta["function_call"] {
                try read(call: .members(("index", 0), ("function", call)), &choice, index, &output)
            }
        }
        if let probabilities = answer["logprobs"] { output.append(.logProbabilities(probabilities, choice: index)) }
        if let reason = answer["finish_reason"]?.string, !choice.isFinished {
            choice.isFinished = true
            output.append(
                .finish(
                    OpenAIChatAnswer.finish(reason, called: choice.calls > 0, refused: choice.isRefused),
                    choice: index))
        }
        choices[index] = choice
    }

    private func content(_ delta: JSONValue, _ index: Int, _ output: inout [CompletionEvent]) {
        if let thoughts = OpenAIChatAnswer.thoughts(delta), !thoughts.isEmpty {
            output.append(.reasoning(thoughts, choice: index))
        }
        guard let chunks = delta["content"]?.elements else {
            if let text = delta["content"]?.string, !text.isEmpty { output.append(.text(text, choice: index)) }
            return
        }
        for chunk in chunks {
            let thoughts = chunk["type"] == "thinking" ? OpenAIChatAnswer.thinking(chunk) : ""
            if !thoughts.isEmpty { output.append(.reasoning(thoughts, choice: index)) }
            if chunk["type"] == "text", let text = chunk["text"]?.string, !text.isEmpty {
                output.append(.text(text, choice: index))
            }
        }
    }

    /// Calls come one after the other. A new one has a new index, or, from servers that give each of them 0 or none, a
    /// new id.
    private func read(
        call: JSONValue, _ choice: inout Choice, _ index: Int, _ output: inout [CompletionEvent]
    ) throws(TranslationError) {
        let function = call["function"]
        let place = call["index"]?.integer ?? choice.current?.index ?? 0
        let id = call["id"]?.string.flatMap(OpenAIChatAnswer.named)
        let isNew =
            choice.current == nil || choice.current?.index != place || (id != nil && id != choice.current?.id)
        if isNew {
            guard let name = function?["name"]?.string, !name.isEmpty else {
                throw .malformedAnswer("a tool call without a name, or arguments out of order")
            }
            choice.current = (place, id)
            choice.calls += 1
            output.append(
                .toolCall(
                    index: choice.calls - 1, id: id ?? madeID(choice.calls - 1, name, index), name: name,
                    choice: index))
        }
        let arguments = OpenAIChatAnswer.arguments(function?["arguments"])
        if !arguments.isEmpty {
            output.append(.toolArguments(index: choice.calls - 1, arguments, choice: index))
        }
    }

    private func madeID(_ place: Int, _ name: String, _ choice: Int) -> String {
        ToolCallID.made(answer: answerID, choice: choice, index: place, name: name)
    }
}
