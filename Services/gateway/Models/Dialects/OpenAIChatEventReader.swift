/// Reads the chunks of a streamed chat completion.
struct OpenAIChatEventReader: NativeEventReader {
    /// The client did not ask for the chunk that carries usage alone (`stream_options.include_usage`), the gateway did.
    let hidesUsageChunk: Bool
    private(set) var usage: TokenUsage?
    private(set) var contentPieces: Int64 = 0
    private(set) var failure: ProviderFailure?

    init(hidesUsageChunk: Bool) {
        self.hidesUsageChunk = hidesUsageChunk
    }

    private static let done = Array("[DONE]".utf8)

    func isEnd(_ data: EventData) -> Bool { data.equals(Self.done) }

    mutating func read(_ data: EventData) throws(RelayFailure) -> NativeEvent {
        if isEnd(data) { return .end }
        var chunk = Chunk()
        try data.scan { document, key, value in chunk.take(key, value, document, untilContent: contentPieces == 0) }
        if chunk.isError {
            failure = ProviderFailure(openAIErrorEvent: Array(data.bytes[data.range]))
            return .hide
        }
        if let counted = chunk.usage { usage = counted }
        guard chunk.hasNoChoices else {
            // Once there is content, every chunk counts as a piece: the estimate errs by the last one.
            if chunk.hasContent { contentPieces += 1 }
            return .pass
        }
        // A chunk without choices carries usage, or something of the vendor's own such as Azure's filter results, over
        // which clients stumble that look at the first choice.
        return hidesUsageChunk || chunk.usage == nil ? .hide : .pass
    }

    private struct Chunk {
        var usage: TokenUsage?
        var isError = false
        var hasNoChoices = false
        var hasContent = false

        mutating func take(
            _ key: borrowing JSONDocument.Key, _ value: JSONDocument.Value, _ document: JSONDocument,
            untilContent: Bool
        ) {
            if key.matches("choices") {
                hasNoChoices = value.kind == .array && document.isEmptyArray(value)
                hasContent = !hasNoChoices && (!untilContent || Self.hasContent(value, document))
            } else if key.matches("usage") {
                usage = TokenUsage(value, in: document)
            } else if key.matches("error") {
                isError = value.kind != .null
            }
        }

        /// Whether a delta says more than whose it is.
        private static func hasContent(_ choices: JSONDocument.Value, _ document: JSONDocument) -> Bool {
            var found = false
            document.elements(of: choices) { choice in
                document.members(of: choice) { name, delta in
                    guard name.matches("delta") || name.matches("text") else { return }
                    if delta.kind == .string { found = found || delta.range.count > 2 }
                    document.members(of: delta) { member, value in
                        guard !member.matches("role") else { return }
                        switch value.kind {
                        case .null, .boolean, .number: break
                        case .string: found = found || value.range.count > 2
                        case .array: found = found || !document.isEmptyArray(value)
                        case .object: found = true
                        }
                    }
                }
            }
            return found
        }
    }
}

extension ProviderFailure {
    /// An error inside of a stream, in OpenAI's shape or one like it.
    init(openAIErrorEvent body: [UInt8]) {
        let value = (try? JSONValue(parsing: body)) ?? .null
        self.init(inStream: OpenAIErrorReader.failure(inStream: value))
    }

    /// What a status would have meant, said inside of a stream: the provider may have billed what it had sent.
    init(inStream failure: ProviderFailure) {
        self.init(
            failure.error, reason: "error event, \(failure.reason)", mayHaveRun: true, blame: failure.blame)
        status = failure.status
    }
}
