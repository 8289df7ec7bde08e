/// A whole answer that was kept, as the stream that a client asks for.
enum KeptStream {
    /// Nil for an answer in a dialect whose whole answers are not read here.
    static func events(of kept: CachedAnswer, for call: ModelCall) -> [UInt8]? {
        guard let dialect = call.request.dialect.implementation,
            let completion = completion(kept.body, call.request.dialect)
        else { return nil }
        var encoder = dialect.makeStreamEncoder(call.answerContext())
        var output: [UInt8] = []
        for event in completion.events { output += encoder.encode(event) }
        return output + encoder.ending
    }

    private static func completion(_ body: [UInt8], _ dialect: ModelDialect) -> Completion? {
        switch dialect {
        case .openAIChat: try? OpenAIChatAnswer.completion(body)
        case .anthropicMessages: try? AnthropicAnswer.completion(body)
        case .openAIResponses, .openAIEmbeddings: nil
        }
    }
}

extension Completion {
    /// The same answer in pieces.
    var events: [CompletionEvent] {
        var events: [CompletionEvent] = [.begin(id: id, model: model, created: created)]
        for (number, choice) in choices.enumerated() {
            var calls = 0
            for part in choice.parts { events += part.events(choice: number, call: &calls) }
            if let probabilities = choice.logProbabilities {
                events.append(.logProbabilities(probabilities, choice: number))
            }
            events.append(.finish(choice.finish, choice: number))
        }
        if let usage { events.append(.usage(usage)) }
        return events + [.end]
    }
}

extension ContentPart {
    /// - Parameter call: Counts the choice's calls of tools.
    fileprivate func events(choice: Int, call: inout Int) -> [CompletionEvent] {
        switch self {
        case .text(let text): return [.text(text, choice: choice)]
        case .refusal(let text): return [.refusal(text, choice: choice)]
        case .reasoning(let reasoning):
            var events: [CompletionEvent] = []
            if !reasoning.text.isEmpty { events.append(.reasoning(reasoning.text, choice: choice)) }
            if reasoning.signature != nil || reasoning.sealed != nil {
                events.append(
                    .reasoningSeal(signature: reasoning.signature, sealed: reasoning.sealed, choice: choice))
            }
            return events
        case .toolCall(let tool):
            defer { call += 1 }
            return [
                .toolCall(index: call, id: tool.id, name: tool.name, choice: choice),
                .toolArguments(index: call, tool.arguments, choice: choice),
            ]
        case .image, .audio, .document, .toolResult: return []
        }
    }
}
