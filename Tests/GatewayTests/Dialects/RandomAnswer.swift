import Foundation

@testable import Gateway

/// Complete answers for property tests, and the same answers as streams.
struct RandomAnswer {
    var generator: any RandomNumberGenerator
    /// Several choices, which only chat completions have.
    var severalChoices = false
    /// A vendor's seals on thoughts.
    var seals = false

    init(seed: UInt64, severalChoices: Bool = false, seals: Bool = false) {
        generator = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        self.severalChoices = severalChoices
        self.seals = seals
    }

    mutating func make() -> (whole: Completion, events: [CompletionEvent]) {
        var events: [CompletionEvent] = [.begin(id: "vendor-1", model: "vendor-model", created: 1_700_000_000)]
        var choices: [Completion.Choice] = []
        for index in 0..<(severalChoices ? number(1...3) : 1) {
            let (choice, pieces) = choice(index)
            choices.append(choice)
            events += pieces
        }
        let prompt = Int64(number(10...5000))
        let usage = TokenUsage(prompt: prompt, completion: Int64(number(1...900)), cached: Int64(number(0...10)))
        events += [.usage(usage), .end]
        let whole = Completion(
            id: "vendor-1", model: "vendor-model", created: 1_700_000_000, choices: choices, usage: usage)
        return (whole, events)
    }

    private mutating func choice(_ index: Int) -> (Completion.Choice, [CompletionEvent]) {
        var parts: [ContentPart] = []
        var events: [CompletionEvent] = []
        if number(0...2) == 0 {
            let pieces = fragments()
            events += pieces.map { .reasoning($0, choice: index) }
            let signature = seals && number(0...1) == 0 ? "c2VhbA==" : nil
            if let signature { events.append(.reasoningSeal(signature: signature, sealed: nil, choice: index)) }
            parts.append(.reasoning(ContentPart.Reasoning(text: pieces.joined(), signature: signature)))
        }
        if number(0...4) > 0 {
            let pieces = fragments()
            parts.append(.text(pieces.joined()))
            events += pieces.map { .text($0, choice: index) }
        }
        let calls = number(0...2)
        for call in 0..<calls {
            let arguments = #"{"query":"\#(word())","n":1.50}"#
            let id = "call_\(index)_\(call)"
            parts.append(.toolCall(ContentPart.ToolCall(id: id, name: "tool_\(call)", arguments: arguments)))
            events.append(.toolCall(index: call, id: id, name: "tool_\(call)", choice: index))
            events += split(arguments).map { .toolArguments(index: call, $0, choice: index) }
        }
        if parts.isEmpty {
            parts.append(.text("nothing else"))
            events.append(.text("nothing else", choice: index))
        }
        let finish: FinishReason = calls > 0 ? .toolCalls : number(0...2) == 0 ? .length : .stop
        events.append(.finish(finish, choice: index))
        return (Completion.Choice(parts: parts, finish: finish), events)
    }

    private mutating func fragments() -> [String] {
        (0..<number(1...6)).map { _ in
            ["a", " b", "é", "\n", "\"", "\\", "😀", "日本", "\u{1}", "</s>", "data: [DONE]\n\n"]
                .randomElement(using: &generator) ?? ""
        }
    }

    private mutating func word() -> String {
        ["a", "b c", "é😀", "/"].randomElement(using: &generator) ?? ""
    }

    private mutating func split(_ text: String) -> [String] {
        let cut = text.index(text.startIndex, offsetBy: number(1...(text.count - 1)))
        return [String(text[..<cut]), String(text[cut...])]
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// The same numbers on every run (xorshift64*), so that a failure can be had again.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return state &* 0x2545_F491_4F6C_DD1D
        }
    }
}

/// Server-sent events as an independent reader takes them.
enum EventReading {
    /// The name and the data of every whole event.
    static func events(_ bytes: [UInt8]) -> [(name: String?, data: String)] {
        String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n").dropLast().compactMap { block in
            var name: String?
            var data: [Substring] = []
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { data.append(line.dropFirst(6)) }
            }
            return data.isEmpty ? nil : (name, data.joined(separator: "\n"))
        }
    }

    static func object(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let object = value as? [String: Any] else { throw CocoaError(.coderInvalidValue) }
        return object
    }

    static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try object(String(decoding: bytes, as: UTF8.self))
    }
}

extension AnswerContext {
    static func forTests(includesUsage: Bool = true, conversation: Conversation? = nil) -> AnswerContext {
        AnswerContext(
            model: "asked-model", identifier: "0123abc", created: 1_600_000_000, includesUsage: includesUsage,
            conversation: conversation)
    }
}
