/// One vendor's interface, as clients of the gateway speak it: what is asked is read into a `Conversation`, and what a
/// provider of another vendor answers is written in the client's words.
protocol ClientDialect: Sendable {
    static var dialect: ModelDialect { get }

    /// Reads a whole request.
    ///
    /// - Throws: `TranslationError.invalid` or `.unsupported`, naming the caller's member.
    static func conversation(_ body: [UInt8]) throws(TranslationError) -> Conversation

    /// Whether the answer repeats parts of the request, so that `AnswerContext.conversation` has to be there.
    static var repeatsRequest: Bool { get }

    /// Writes a complete answer.
    ///
    /// - Parameter context: What the answer repeats of the request.
    static func answer(_ completion: Completion, in context: AnswerContext) -> [UInt8]

    /// Writes one streamed answer.
    static func makeStreamEncoder(_ context: AnswerContext) -> any AnswerStreamEncoder

    /// Reads a stream that a provider sends in this very dialect, and passes it on as it is.
    static func makeRelay(_ context: AnswerContext) -> any AnswerRelay

    /// Follows such a stream; nil for dialects in which it cannot be carried on by another provider.
    static func makeTrail() -> (any NativeTrail)?

    /// What the gateway has to know of a complete answer in this very dialect.
    ///
    /// - Throws: When the body is not a JSON object.
    static func reading(of answer: [UInt8]) throws(JSONSyntaxError) -> ModelAnswer

    /// The status with which its clients expect an error.
    static func status(of error: OpenAIError) -> Int

    /// The body of an error.
    static func body(of error: OpenAIError) -> [UInt8]

    /// The event that ends a stream which cannot be finished, blank line included.
    static func event(of error: OpenAIError) -> [UInt8]
}

extension ClientDialect {
    static var repeatsRequest: Bool { false }

    static func makeTrail() -> (any NativeTrail)? { nil }

    static func status(of error: OpenAIError) -> Int { error.status }
}

/// What an answer has to repeat, and what is made here because the provider's vendor has nothing for it.
struct AnswerContext: Sendable {
    /// The model as the client named it.
    var model: String
    /// A part that is unique, for ids that the client's dialect wants: letters and digits.
    var identifier: String
    /// Seconds since 1970.
    var created: Int64
    /// The client asked for the chunk that carries usage (`stream_options.include_usage`).
    var includesUsage: Bool
    /// The request, when the dialect repeats parts of it in its answer.
    var conversation: Conversation?
}

/// Writes one streamed answer in a client's words.
protocol AnswerStreamEncoder: Sendable {
    /// - Returns: Whole events, possibly none. The event by which the client knows that the answer is complete is not
    ///   among them: it is `ending`.
    mutating func encode(_ event: CompletionEvent) -> [UInt8]

    /// What ends the stream for the client, after `CompletionEvent.end`.
    var ending: [UInt8] { get }
}

extension ModelDialect {
    /// Its implementation; embeddings have no conversation.
    var implementation: (any ClientDialect.Type)? {
        switch self {
        case .openAIChat: OpenAIChatDialect.self
        case .anthropicMessages: AnthropicMessagesDialect.self
        case .openAIResponses: OpenAIResponsesDialect.self
        case .openAIEmbeddings: nil
        }
    }
}
