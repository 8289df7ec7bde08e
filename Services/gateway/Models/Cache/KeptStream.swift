/// A kept whole answer as the stream that another client asked for.
enum KeptStream {
    /// The events, the end included; nil for a dialect whose whole answers are not read here.
    static func bytes(of answer: [UInt8], in dialect: ModelDialect, _ context: AnswerContext) -> [UInt8]? {
        guard let completion = completion(answer, dialect), let implementation = dialect.implementation else {
            return nil
        }
        var encoder = implementation.makeStreamEncoder(context)
        var bytes: [UInt8] = []
        for event in CompletionReplay.events(of: completion) { bytes += encoder.encode(event) }
        return bytes + encoder.ending
    }

    private static func completion(_ body: [UInt8], _ dialect: ModelDialect) -> Completion? {
        switch dialect {
        case .openAIChat: try? OpenAIChatAnswer.completion(body)
        case .anthropicMessages: try? AnthropicAnswer.completion(body)
        case .openAIResponses, .openAIEmbeddings: nil
        }
    }
}
