import Contracts

/// What a client has of an answer whose provider broke off, for the attempt that carries it on.
///
/// Only for text: a call of a tool that has begun, thoughts and their seals, and answers whose form was promised cannot
/// be given to another model as its own.
final class BrokenAnswer: Sendable {
    /// All text that the client has, without the blanks at its end: vendors refuse a beginning that ends with them.
    let text: String
    /// The blanks at its end.
    let blanks: String
    /// Tokens of the answer so far; the limit on the answer is less by them.
    let tokens: Int64
    /// What the attempts before have used, by their records.
    let usage: TokenUsage
    /// The attempt that broke off.
    let attempt: Int

    /// Nil when the answer cannot be carried on.
    init?(_ attempt: CallAttempt, _ transcript: StreamTranscript, tokens: Int64, usage: TokenUsage) {
        guard let seen = transcript.plainText, let last = seen.lastIndex(where: { !$0.isWhitespace }) else {
            return nil
        }
        let before = attempt.continued
        let total = tokens + (before?.tokens ?? 0)
        if let limit = attempt.call.request.statedLimit, limit <= total { return nil }
        // What the client asked for can be read by every attempt that gets here; if not, there is nothing to carry on.
        guard let asked = try? attempt.conversation(isBudgeted: false), Self.allows(asked, isContinued: before != nil)
        else { return nil }
        text = String(seen[...last])
        blanks = String(seen[seen.index(after: last)...])
        self.tokens = total
        self.usage = usage + (before?.usage ?? .none)
        self.attempt = attempt.number
    }

    private static func allows(_ asked: Conversation, isContinued: Bool) -> Bool {
        switch asked.format {
        case .json, .schema: return false
        case nil, .text: break
        }
        switch asked.toolChoice {
        case .required, .named: return false
        case nil, .automatic, .some(.none): break
        }
        // A beginning that is the client's own is there already.
        let turns = isContinued ? asked.messages.dropLast() : asked.messages[...]
        return asked.choices == 1 && asked.logProbabilities == nil && asked.reasoning == nil
            && turns.last?.role != .assistant
    }

    /// Gives the beginning to the model as its own, and leaves it what remains of the limit.
    func extend(_ conversation: inout Conversation) {
        conversation.messages.append(Conversation.Message(.assistant, [.text(text)]))
        conversation.maximumTokens = conversation.maximumTokens.map { max(1, $0 - tokens) }
    }
}

extension TokenUsage {
    static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: left.prompt + right.prompt, completion: left.completion + right.completion,
            cached: left.cached + right.cached, cacheWrite: left.cacheWrite + right.cacheWrite,
            reasoning: left.reasoning + right.reasoning)
    }
}
