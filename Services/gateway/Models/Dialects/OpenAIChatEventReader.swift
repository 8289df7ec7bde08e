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
        return hidesUsageChunk && chunk.usage != nil ? .hide : .pass
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
    /// An error inside of a stream, in OpenAI's shape: the status that it would have had is guessed from its words.
    init(openAIErrorEvent body: [UInt8]) {
        let details = (try? JSONValue(parsing: body))?["error"]
        let code = details?["code"]?.string ?? details?["code"]?.number
        let type = details?["type"]?.string
        var error = OpenAIError(
            status: Self.status(code: code, type: type),
            message: details?["message"]?.string ?? details?.string ?? "The provider reported an error in its answer.",
            type: type ?? "server_error", parameter: details?["param"]?.string, code: code)
        error.ownBody = body
        self.init(streamed: error)
    }

    /// An error inside of a stream, in neutral words. Its provider may have billed what it had sent.
    init(streamed error: OpenAIError) {
        let blame: Blame =
            switch error.status {
            case 429, 529, 503: .limit
            case 400..<500: .request
            default: .provider
            }
        self.init(error, reason: "error event", mayHaveRun: true, blame: blame)
    }

    private static func status(code: String?, type: String?) -> Int {
        if let status = code.flatMap({ Int($0) }), (400..<600).contains(status) { return status }
        return switch (code ?? "", type ?? "") {
        case ("rate_limit_exceeded", _), (_, "rate_limit_error"), (_, "requests"), (_, "tokens"): 429
        case ("insufficient_quota", _), (_, "insufficient_quota"): 429
        case (_, "overloaded_error"), ("overloaded", _): 529
        case (_, "invalid_request_error"): 400
        default: 502
        }
    }
}
