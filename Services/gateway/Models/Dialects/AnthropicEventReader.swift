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
            let event = try? JSONValue(parsing: Array(data.bytes[data.range]))
            failure = ProviderFailure(inStream: AnthropicFailure.failure(inStream: event?["error"]))
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
