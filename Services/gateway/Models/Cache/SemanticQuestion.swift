import ServiceKit

/// A request that may be answered with what was answered to one that means the same: one turn of a user, and no tools.
///
/// Only the user's words may differ, and not those with a digit in them: to an embedding one ticket, host or version is
/// as good as another. They, the model, the system prompt and every parameter are part of `group`, and questions of
/// different groups are never compared.
struct SemanticQuestion: Sendable, Equatable {
    /// What the user said.
    let text: String
    let group: CacheKey

    /// Longer questions are documents: near in meaning as a whole, and far apart in what is asked of them.
    static let maximumBytes = 8_192

    /// Nil for a request that is not to be answered by likeness: several turns, tools, several answers, anything but text.
    ///
    /// - Parameters:
    ///   - dialect: `chat_completions` or `messages`, in which `messages` mean the same; nil for all others.
    ///   - revision: As for ``CacheKey``.
    init?(_ body: [UInt8], dialect: String, revision: Int64 = 0, in scope: TenantScope) {
        guard dialect == ModelDialect.openAIChat.rawValue || dialect == ModelDialect.anthropicMessages.rawValue else {
            return nil
        }
        let document = JSONDocument(body)
        var messages: JSONDocument.Value?
        var isEligible = true
        do {
            try document.scan { key, value in
                if key.matches("messages") { messages = value }
                if value.kind != .null, Self.excluded.contains(where: { key.matches($0) }) { isEligible = false }
                if key.matches("n"), value.kind != .null, document.integer(of: value) != 1 { isEligible = false }
            }
        } catch {
            return nil
        }
        guard isEligible, let messages, let content = Self.question(messages, document),
            let text = document.text(of: content), !text.isEmpty, text.utf8.count <= Self.maximumBytes
        else { return nil }
        var edits = BodyEdits()
        edits.replace(content.range, with: "\"\"")
        var canonical: [UInt8] = []
        do {
            try CanonicalJSON.append(edits.applied(to: body), leavingOut: CacheKey.withoutEffect, to: &canonical)
        } catch {
            return nil
        }
        self.text = text
        group = CacheKey(
            .question, [Array(dialect.utf8), Array(String(revision).utf8), canonical, Self.figures(in: text)], in: scope
        )
    }

    /// Every word with a digit in it, in their order, without punctuation around them.
    private static func figures(in text: String) -> [UInt8] {
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).filter { $0.contains(where: \.isNumber) }
        return words.reduce(into: []) { figures, word in
            let isOutside: (Character) -> Bool = { !$0.isLetter && !$0.isNumber }
            figures += word.drop(while: isOutside).reversed().drop(while: isOutside).reversed().flatMap(\.utf8)
            figures.append(0)
        }
    }

    private static let excluded = [
        "tools", "tool_choice", "functions", "function_call", "audio", "modalities", "logprobs", "prediction",
        "web_search_options", "mcp_servers", "container",
    ]

    /// The content of the only message that is not the system's, when it is the user's and a text.
    private static func question(_ messages: JSONDocument.Value, _ document: JSONDocument) -> JSONDocument.Value? {
        guard messages.kind == .array else { return nil }
        var cursor = JSONCursor(document.bytes, at: messages.range.lowerBound)
        var turns: [(role: String?, content: JSONDocument.Value?)] = []
        do {
            try cursor.forEachElement { (cursor) throws(JSONSyntaxError) in
                let start = cursor.position
                let kind = try cursor.skipValue()
                var turn: (role: String?, content: JSONDocument.Value?) = (nil, nil)
                document.members(of: JSONDocument.Value(kind: kind, range: start..<cursor.position)) { key, value in
                    if key.matches("role") { turn.role = document.text(of: value) }
                    if key.matches("content") { turn.content = value }
                }
                if turn.role != "system", turn.role != "developer" { turns.append(turn) }
            }
        } catch {
            return nil
        }
        guard turns.count == 1, let only = turns.first, only.role == "user", only.content?.kind == .string else {
            return nil
        }
        return only.content
    }
}
