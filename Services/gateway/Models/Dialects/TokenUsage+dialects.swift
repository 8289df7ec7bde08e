/// Parts of usage that only some dialects name.
extension TokenUsage {
    /// Tokens written into the vendor's prompt cache, part of `prompt`.
    var cacheWriteTokens: Int64 { 0 }

    /// Tokens of thoughts, part of `completion`.
    var reasoningTokens: Int64 { 0 }

    static func counted(
        prompt: Int64, completion: Int64, cached: Int64, cacheWrite: Int64, reasoning: Int64
    ) -> TokenUsage {
        TokenUsage(prompt: prompt, completion: completion, cached: cached)
    }
}
