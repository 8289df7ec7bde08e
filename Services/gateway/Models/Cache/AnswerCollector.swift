/// Puts a streamed answer together as it goes by, so that it can be kept.
///
/// Reads the provider's bytes a second time, in neutral words; only for tenants that keep answers.
struct AnswerCollector: Sendable {
    /// Larger answers are not kept, and not gathered any further.
    private static let maximumBytes = 1 << 20

    private var decoder: (any ProviderStreamDecoder)?
    private var completion = Completion(choices: [])
    private var received = 0
    private var isComplete = false

    init(_ decoder: any ProviderStreamDecoder) {
        self.decoder = decoder
    }

    mutating func feed(_ bytes: [UInt8]) {
        guard var current = decoder else { return }
        received += bytes.count
        guard received <= Self.maximumBytes, let events = try? current.feed(bytes) else {
            // What cannot be gathered is not kept; the stream itself goes on.
            decoder = nil
            return
        }
        decoder = current
        for event in events { add(event) }
    }

    /// The provider closed the stream.
    mutating func finish() {
        guard var current = decoder else { return }
        for event in current.finish() { add(event) }
        decoder = current
    }

    /// The whole answer; nil when it was cut off, too large, or could not be read.
    var answer: Completion? { decoder != nil && isComplete ? completion : nil }

    private mutating func add(_ event: CompletionEvent) {
        switch event {
        case .begin(let id, let model, let created):
            completion.id = id
            completion.model = model
            completion.created = created
        case .usage(let usage): completion.usage = usage
        case .end: isComplete = true
        case .failure: decoder = nil
        default: addToChoice(event)
        }
    }

    private mutating func addToChoice(_ event: CompletionEvent) {
        switch event {
        case .text(let text, let choice):
            change(choice) { $0.append(text: text) }
        case .refusal(let text, let choice):
            change(choice) { $0.append(refusal: text) }
        case .reasoning(let text, let choice):
            change(choice) { $0.append(.init(text: text)) }
        case .reasoningSeal(let signature, let sealed, let choice):
            change(choice) { $0.append(.init(text: "", signature: signature, sealed: sealed)) }
        case .toolCall(_, let id, let name, let choice):
            change(choice) { $0.parts.append(.toolCall(.init(id: id, name: name, arguments: ""))) }
        case .toolArguments(let index, let fragment, let choice):
            change(choice) { $0.append(arguments: fragment, call: index) }
        case .logProbabilities(let value, let choice):
            change(choice) { $0.append(logProbabilities: value) }
        case .finish(let reason, let choice):
            change(choice) { $0.finish = reason }
        case .begin, .usage, .end, .failure: break
        }
    }

    private mutating func change(_ choice: Int, _ body: (inout Completion.Choice) -> Void) {
        // As many as a request may ask for; a decoder has checked that already.
        guard (0..<Int(ModelRequest.maximumChoices)).contains(choice) else { return }
        while completion.choices.count <= choice {
            completion.choices.append(Completion.Choice(parts: [], finish: .stop))
        }
        body(&completion.choices[choice])
    }
}

extension Completion.Choice {
    fileprivate mutating func append(text: String) {
        if case .text(let before) = parts.last {
            parts.removeLast(); parts.append(.text(before + text))
        } else {
            parts.append(.text(text))
        }
    }

    fileprivate mutating func append(refusal text: String) {
        if case .refusal(let before) = parts.last {
            parts.removeLast(); parts.append(.refusal(before + text))
        } else {
            parts.append(.refusal(text))
        }
    }

    fileprivate mutating func append(_ piece: ContentPart.Reasoning) {
        guard case .reasoning(var before) = parts.last, before.signature == nil, before.sealed == nil else {
            parts.append(.reasoning(piece))
            return
        }
        before.text += piece.text
        before.signature = piece.signature
        before.sealed = piece.sealed
        parts.removeLast()
        parts.append(.reasoning(before))
    }

    fileprivate mutating func append(arguments fragment: String, call index: Int) {
        let calls = parts.indices.filter { if case .toolCall = parts[$0] { true } else { false } }
        guard calls.indices.contains(index), case .toolCall(var call) = parts[calls[index]] else { return }
        call.arguments += fragment
        parts[calls[index]] = .toolCall(call)
    }

    fileprivate mutating func append(logProbabilities value: JSONValue) {
        let old = logProbabilities?["content"]?.elements ?? []
        logProbabilities = .members(("content", .array(old + (value["content"]?.elements ?? []))))
    }
}
