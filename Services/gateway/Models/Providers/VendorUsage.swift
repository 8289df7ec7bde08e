extension TokenUsage {
    /// Counts of a vendor, as far as they can be true; nil when there are none or a count is absurd.
    ///
    /// - Parameter prompt: With everything that was read from or written to a cache.
    /// - Parameter completion: With everything that was thought.
    static func counted(
        prompt: Int64?, completion: Int64?, cached: Int64? = nil, cacheWrite: Int64? = nil, reasoning: Int64? = nil
    ) -> TokenUsage? {
        guard prompt != nil || completion != nil else { return nil }
        let (prompt, completion) = (prompt ?? 0, completion ?? 0)
        guard (0...maximum).contains(prompt), (0...maximum).contains(completion) else { return nil }
        return TokenUsage(
            prompt: prompt, completion: completion, cached: cached ?? 0, cacheWrite: cacheWrite ?? 0,
            reasoning: reasoning ?? 0)
    }

    /// A `usage` object as OpenAI and those who copy it write it; nil when there are no counts in it.
    static func openAI(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage else { return nil }
        let input = usage["prompt_tokens_details"]
        return counted(
            prompt: usage["prompt_tokens"]?.integer ?? usage["total_tokens"]?.integer,
            completion: usage["completion_tokens"]?.integer,
            cached: input?["cached_tokens"]?.integer, cacheWrite: input?["cache_write_tokens"]?.integer,
            reasoning: usage["completion_tokens_details"]?["reasoning_tokens"]?.integer)
    }
}
