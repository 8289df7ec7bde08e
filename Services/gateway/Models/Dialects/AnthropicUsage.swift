/// Counts as Anthropic writes them, gathered from one answer or from the events of a stream, in which later figures
/// replace earlier ones.
struct AnthropicUsage: Sendable {
    private var input: Int64?
    private var cacheRead: Int64 = 0
    private var cacheWrite: Int64 = 0
    private var output: Int64?
    private var thinking: Int64 = 0

    /// Reads a `usage` object; counts that are not in it stay.
    mutating func take(_ value: JSONDocument.Value, in document: JSONDocument) {
        document.members(of: value) { key, inner in
            if key.matches("output_tokens_details") {
                document.members(of: inner) { name, count in
                    if name.matches("thinking_tokens") { thinking = document.integer(of: count) ?? thinking }
                }
            }
            guard let count = document.integer(of: inner), (0...TokenUsage.maximum).contains(count) else { return }
            if key.matches("input_tokens") {
                input = count
            } else if key.matches("output_tokens") {
                output = count
            } else if key.matches("cache_read_input_tokens") {
                cacheRead = count
            } else if key.matches("cache_creation_input_tokens") {
                cacheWrite = count
            }
        }
    }

    /// Nil when there were no counts.
    var usage: TokenUsage? {
        guard let input else { return nil }
        return TokenUsage(
            prompt: input + cacheRead + cacheWrite, completion: output ?? 0, cached: cacheRead,
            cacheWrite: cacheWrite, reasoning: thinking)
    }
}
