import Contracts

/// What a provider says that a call used, in tokens. `cached` and `cacheWrite` are part of `prompt`, `reasoning` of
/// `completion`.
struct TokenUsage: Sendable, Equatable {
    var prompt: Int64
    var completion: Int64
    var cached: Int64 = 0
    /// Written into the provider's prompt cache.
    var cacheWrite: Int64 = 0
    var reasoning: Int64 = 0

    static let none = TokenUsage(prompt: 0, completion: 0)

    /// No answer has used more; a larger figure is a fault of the provider and must not overflow a ledger.
    static let maximum: Int64 = 1_000_000_000

    /// Reads a `usage` object as OpenAI writes it; nil when there are no counts in it.
    init?(_ value: JSONDocument.Value, in document: JSONDocument) {
        var prompt: Int64?
        var completion: Int64?
        var total: Int64?
        var cached: Int64 = 0
        var written: Int64 = 0
        var reasoning: Int64 = 0
        document.members(of: value) { key, inner in
            if key.matches("prompt_tokens") { prompt = document.integer(of: inner) }
            if key.matches("completion_tokens") { completion = document.integer(of: inner) }
            if key.matches("total_tokens") { total = document.integer(of: inner) }
            if key.matches("prompt_tokens_details") {
                cached = document.count("cached_tokens", in: inner) ?? 0
                written = document.count("cache_write_tokens", in: inner) ?? 0
            } else if key.matches("completion_tokens_details") {
                reasoning = document.count("reasoning_tokens", in: inner) ?? 0
            }
        }
        guard let prompt = prompt ?? total else { return nil }
        let counts = 0...Self.maximum
        guard counts.contains(prompt), counts.contains(completion ?? 0) else { return nil }
        self.init(
            prompt: prompt, completion: completion ?? 0, cached: cached, cacheWrite: written, reasoning: reasoning)
    }

    /// Parts are cut to their whole: a part that a provider reports beyond it would be refused by the ledger.
    init(prompt: Int64, completion: Int64, cached: Int64 = 0, cacheWrite: Int64 = 0, reasoning: Int64 = 0) {
        self.prompt = prompt
        self.completion = completion
        self.cached = min(max(cached, 0), prompt)
        self.cacheWrite = min(max(cacheWrite, 0), prompt - self.cached)
        self.reasoning = min(max(reasoning, 0), completion)
    }
}

extension JSONDocument {
    /// A count in an object, nil when it is not there.
    fileprivate func count(_ name: String, in object: Value) -> Int64? {
        var found: Int64?
        members(of: object) { key, value in
            if key.matches(name) { found = integer(of: value) }
        }
        return found
    }
}

extension ModelPrice {
    /// What a call with this usage costs, by the rule of the ledger. Nil when it does not fit 64 bits.
    func cost(of usage: TokenUsage, isBatch: Bool = false) -> Int64? {
        cost(
            promptTokens: usage.prompt, completionTokens: usage.completion, cachedTokens: usage.cached,
            cacheWriteTokens: usage.cacheWrite, reasoningTokens: usage.reasoning, isBatch: isBatch)
    }
}

extension TokenUsage {
    /// The same, when a vendor counted the input at the beginning of a stream that was cut off.
    func atLeast(completion counted: Int64) -> TokenUsage {
        var usage = self
        usage.completion = max(completion, counted)
        return usage
    }
}
