/// What a call used, when the provider does not say: the likeliest figure, and marked as an estimate wherever it goes.
enum UsageEstimate {
    /// English text and the JSON around it, in the tokenizers in use.
    private static let bytesPerToken: Int64 = 4

    /// - Parameters:
    ///   - answerTokens: For a stream, its chunks with content, which are about one token each.
    static func usage(requestBytes: Int, answerTokens: Int64) -> TokenUsage {
        TokenUsage(prompt: tokens(requestBytes), completion: answerTokens)
    }

    static func tokens(_ bytes: Int) -> Int64 {
        (Int64(bytes) + bytesPerToken - 1) / bytesPerToken
    }
}
