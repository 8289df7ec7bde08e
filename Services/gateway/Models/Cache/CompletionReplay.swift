/// A complete answer as the events of a stream, so that a streamed request can be answered with what a whole one kept.
enum CompletionReplay {
    static func events(of completion: Completion) -> [CompletionEvent] {
        var events: [CompletionEvent] = [
            .begin(id: completion.id, model: completion.model, created: completion.created)
        ]
        for (index, choice) in completion.choices.enumerated() {
            append(choice.parts, choice: index, to: &events)
            if let probabilities = choice.logProbabilities, probabilities != .null {
                events.append(.logProbabilities(probabilities, choice: index))
            }
            events.append(.finish(choice.finish, choice: index))
        }
        if let usage = completion.usage { events.append(.usage(usage)) }
        return events + [.end]
    }

    private static func append(_ parts: [ContentPart], choice: Int, to events: inout [CompletionEvent]) {
        var calls = 0
        for part in parts {
            switch part {
            case .text(let text): events.append(.text(text, choice: choice))
            case .refusal(let text): events.append(.refusal(text, choice: choice))
            case .reasoning(let thought):
                if !thought.text.isEmpty { events.append(.reasoning(thought.text, choice: choice)) }
                if thought.signature != nil || thought.sealed != nil {
                    events.append(
                        .reasoningSeal(signature: thought.signature, sealed: thought.sealed, choice: choice))
                }
            case .toolCall(let call):
                events.append(.toolCall(index: calls, id: call.id, name: call.name, choice: choice))
                events.append(.toolArguments(index: calls, call.arguments, choice: choice))
                calls += 1
            // No model answers with these.
            case .image, .audio, .document, .toolResult: break
            }
        }
    }
}
