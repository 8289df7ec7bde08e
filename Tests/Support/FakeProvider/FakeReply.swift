import Foundation

/// What a client asked, in no vendor's words.
package struct FakeQuestion: Sendable {
    var model: String
    /// The texts of the prompt, one for each message.
    var texts: [String]
    /// The last message is a person's and not a tool's.
    var isAsked = true
    /// The first tool that is offered and may be called.
    var tool: String?
    var limit: Int?
    var streams = false
    var choices = 1
    /// Whether a stream says what was used.
    var includesUsage = true
    /// The last text is the beginning of the answer, which is to be carried on.
    var beginning: String?
    /// An answer that is carried on repeats its beginning.
    var repeatsBeginning = false
    /// The answer has to be JSON.
    var wantsJSON = false
    /// Set when OpenAI's Responses were asked, with what they repeat of the request.
    var response: Response?

    struct Response: Sendable {
        let stores: Bool
        let metadata: [String: String]
    }
}

/// The answer to a question: it repeats the last message, one token a word. Given its beginning, it is the rest.
///
/// When tools are offered and a person asks, the first tool is called with that message as its only argument. A model
/// with `thinking` in its name thinks first; one with `cached` says that it knew all but one token of the prompt.
package struct FakeReply: Sendable {
    let question: FakeQuestion
    let words: [String]
    let thoughts: [String]
    let isCutShort: Bool
    private let beginsWithBlank: Bool
    /// The fault `withoutUsage`.
    var hidesUsage = false

    init(_ question: FakeQuestion) {
        self.question = question
        let last = question.beginning == nil ? question.texts.last ?? "" : question.texts.dropLast().last ?? ""
        var text = "You said: \(last)"
        if question.wantsJSON {
            text = String(decoding: FakeProviderAnswer.encode(["answer": last]), as: UTF8.self)
        }
        if let beginning = question.beginning, text.hasPrefix(beginning) { text.removeFirst(beginning.count) }
        beginsWithBlank = question.beginning != nil && text.first == " "
        let all = FakeWords.of(text)
        words = Array(all.prefix(question.limit ?? .max))
        isCutShort = words.count < all.count
        thoughts = question.model.contains("thinking") ? ["Let", "me", "think."] : []
    }

    var text: String { pieces.joined() }
    var thought: String { thoughts.joined(separator: " ") }

    /// The words with the spaces before them.
    var pieces: [String] {
        var pieces = Self.spaced(words)
        if beginsWithBlank, !pieces.isEmpty { pieces[0] = " " + pieces[0] }
        guard question.repeatsBeginning, let beginning = question.beginning else { return pieces }
        let half = beginning.count / 2
        return [String(beginning.prefix(half)), String(beginning.dropFirst(half))] + pieces
    }
    var thoughtPieces: [String] { Self.spaced(thoughts) }

    private static func spaced(_ words: [String]) -> [String] {
        words.enumerated().map { $0 == 0 ? $1 : " \($1)" }
    }

    /// The tool that is called.
    var tool: String? { question.isAsked ? question.tool : nil }

    var arguments: [String: Any] { ["input": FakeWords.of(question.texts.last ?? "").joined(separator: " ")] }
    var argumentsText: String { String(decoding: FakeProviderAnswer.encode(arguments), as: UTF8.self) }

    // MARK: What is billed

    var promptTokens: Int64 { Int64(question.texts.reduce(0) { $0 + FakeWords.of($1).count + 1 }) }
    var cachedTokens: Int64 { question.model.contains("cached") ? promptTokens - 1 : 0 }
    var reasoningTokens: Int64 { Int64(thoughts.count * question.choices) }
    /// Thoughts included.
    var completionTokens: Int64 { Int64(words.count * question.choices) + reasoningTokens }
}
