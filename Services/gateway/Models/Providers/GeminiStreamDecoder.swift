/// Reads a streamed answer of `streamGenerateContent?alt=sse`. It has no word for its end: it is complete when every
/// candidate has said why it stopped and the last event was whole.
struct GeminiStreamDecoder: ProviderStreamDecoder {
    private struct Candidate {
        var calls = 0
        var isFinished = false
    }

    /// `candidateCount` goes to 8.
    private static let maximumCandidates = 8

    private var events = VendorEvents()
    private var candidates: [Int: Candidate] = [:]
    private var answerID: String?
    private var usage: TokenUsage?
    private var hasBegun = false
    private var hasEnded = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for event in try events.feed(bytes) where !hasEnded { try read(try event.object(), &output) }
        return output
    }

    mutating func finish() -> [CompletionEvent] {
        guard !hasEnded, !events.isInsideEvent, !candidates.isEmpty, candidates.values.allSatisfy(\.isFinished) else {
            return []
        }
        hasEnded = true
        return (usage.map { [.usage($0)] } ?? []) + [.end]
    }

    private mutating func read(_ chunk: JSONValue, _ output: inout [CompletionEvent]) throws(TranslationError) {
        if let error = chunk["error"] {
            hasEnded = true
            output.append(.failure(GeminiFailure.failure(inStream: error)))
            return
        }
        if !hasBegun {
            hasBegun = true
            answerID = chunk["responseId"]?.string
            output.append(.begin(id: answerID, model: chunk["modelVersion"]?.string, created: nil))
        }
        // Cumulative, in every chunk.
        if let counted = GeminiAnswer.usage(chunk["usageMetadata"]) { usage = counted }
        for candidate in chunk["candidates"]?.elements ?? [] { try read(candidate: candidate, &output) }
        if chunk["promptFeedback"]?["blockReason"] != nil, candidates.isEmpty {
            candidates[0] = Candidate(isFinished: true)
            output.append(.finish(.contentFilter, choice: 0))
        }
    }

    private mutating func read(
        candidate: JSONValue, _ output: inout [CompletionEvent]
    ) throws(TranslationError) {
        let index = Int(candidate["index"]?.integer ?? 0)
        guard (0..<Self.maximumCandidates).contains(index) else { throw .malformedAnswer("a candidate out of bounds") }
        var state = candidates[index] ?? Candidate()
        for part in candidate["content"]?["parts"]?.elements ?? [] { read(part: part, &state, index, &output) }
        if let probabilities = GeminiAnswer.logProbabilities(candidate["logprobsResult"]) {
            output.append(.logProbabilities(probabilities, choice: index))
        }
        if let reason = candidate["finishReason"]?.string, !state.isFinished {
            state.isFinished = true
            output.append(.finish(GeminiAnswer.finish(reason, called: state.calls > 0), choice: index))
        }
        candidates[index] = state
    }

    private func read(
        part: JSONValue, _ state: inout Candidate, _ index: Int, _ output: inout [CompletionEvent]
    ) {
        let text = part["text"]?.string ?? ""
        let isThought = part["thought"]?.boolean == true
        if isThought, !text.isEmpty { output.append(.reasoning(text, choice: index)) }
        if let signature = part["thoughtSignature"]?.string {
            let seal = ThoughtSeal.mark(signature, GeminiTurns.vendor)
            output.append(.reasoningSeal(signature: seal, sealed: nil, choice: index))
        }
        if !isThought, !text.isEmpty { output.append(.text(text, choice: index)) }
        guard let function = part["functionCall"] else { return }
        let call = GeminiAnswer.toolCall(function, answer: answerID, choice: index, place: state.calls)
        output.append(.toolCall(index: state.calls, id: call.id, name: call.name, choice: index))
        output.append(.toolArguments(index: state.calls, call.arguments, choice: index))
        state.calls += 1
    }
}
