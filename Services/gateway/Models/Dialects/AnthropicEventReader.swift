/// Reads the events of Anthropic's streams.
struct AnthropicEventReader: NativeEventReader {
    private var counts = AnthropicUsage()
    private(set) var contentPieces: Int64 = 0
    private(set) var failure: ProviderFailure?

    init() {}

    var usage: TokenUsage? { counts.usage }

    private enum Kind { case content, start, end, error, other }

    mutating func read(_ data: EventData) throws(RelayFailure) -> NativeEvent {
        var kind = Kind.other
        var counts = counts
        try data.scan { document, key, value in
            if key.matches("type") {
                kind = Self.kind(value, document)
            } else if key.matches("usage") {
                counts.take(value, in: document)
            } else if key.matches("message") {
                document.members(of: value) { name, inner in
                    if name.matches("usage") { counts.take(inner, in: document) }
                }
            }
        }
        self.counts = counts
        switch kind {
        case .content: contentPieces += 1
        case .end: return .end
        case .error:
            failure = ProviderFailure(anthropicErrorEvent: Array(data.bytes[data.range]))
            return .hide
        case .start, .other: break
        }
        return .pass
    }

    func isEnd(_ data: EventData) -> Bool {
        var isEnd = false
        do {
            try data.scan { document, key, value in
                if key.matches("type") { isEnd = Self.kind(value, document) == .end }
            }
        } catch {
            // Cut off in the middle: not the whole event.
            return false
        }
        return isEnd
    }

    /// A block that begins is content as well: the name of a tool is in it.
    private static func kind(_ value: JSONDocument.Value, _ document: JSONDocument) -> Kind {
        switch document.text(of: value) {
        case "content_block_delta", "content_block_start": .content
        case "message_stop": .end
        case "error": .error
        case "message_start": .start
        default: .other
        }
    }
}

extension ProviderFailure {
    /// An `error` event of Anthropic's streams.
    init(anthropicErrorEvent body: [UInt8]) {
        let details = (try? JSONValue(parsing: body))?["error"]
        let type = details?["type"]?.string ?? "api_error"
        let status =
            switch type {
            case "invalid_request_error": 400
            case "authentication_error", "permission_error", "billing_error": 502
            case "not_found_error": 404
            case "request_too_large": 413
            case "rate_limit_error": 429
            case "timeout_error": 504
            case "overloaded_error": 529
            default: 502
            }
        self.init(
            streamed: OpenAIError(
                status: status,
                message: details?["message"]?.string ?? "The provider reported an error in its answer.",
                type: status < 500 ? "invalid_request_error" : "server_error",
                code: status == 529 ? "provider_overloaded" : type))
    }
}
