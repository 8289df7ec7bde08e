/// What a provider says that a call used, in tokens. `cached` are part of `prompt`.
struct TokenUsage: Sendable, Equatable {
    var prompt: Int64
    var completion: Int64
    var cached: Int64 = 0

    static let none = TokenUsage(prompt: 0, completion: 0)

    /// No answer has used more; a larger figure is a fault of the provider and must not overflow a ledger.
    static let maximum: Int64 = 1_000_000_000

    /// Reads a `usage` object as OpenAI writes it; nil when there are no counts in it.
    init?(_ value: JSONDocument.Value, in document: JSONDocument) {
        var prompt: Int64?
        var completion: Int64?
        var total: Int64?
        var cached: Int64 = 0
        document.members(of: value) { key, inner in
            if key.matches("prompt_tokens") { prompt = document.integer(of: inner) }
            if key.matches("completion_tokens") { completion = document.integer(of: inner) }
            if key.matches("total_tokens") { total = document.integer(of: inner) }
            guard key.matches("prompt_tokens_details") else { return }
            document.members(of: inner) { name, count in
                if name.matches("cached_tokens") { cached = document.integer(of: count) ?? 0 }
            }
        }
        guard let prompt = prompt ?? total else { return nil }
        let counts = 0...Self.maximum
        guard counts.contains(prompt), counts.contains(completion ?? 0) else { return nil }
        self.init(prompt: prompt, completion: completion ?? 0, cached: min(max(cached, 0), prompt))
    }

    init(prompt: Int64, completion: Int64, cached: Int64 = 0) {
        self.prompt = prompt
        self.completion = completion
        self.cached = cached
    }
}
