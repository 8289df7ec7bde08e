/// Reads the events of the Responses interface's streams.
struct OpenAIResponsesEventReader: NativeEventReader {
    private(set) var usage: TokenUsage?
    private(set) var contentPieces: Int64 = 0
    private(set) var failure: ProviderFailure?

    init() {}

    private enum Kind { case content, end, failure, other }

    mutating func read(_ data: EventData) throws(RelayFailure) -> NativeEvent {
        var kind = Kind.other
        var counted: TokenUsage?
        try data.scan { document, key, value in
            if key.matches("type") {
                kind = Self.kind(document.text(of: value) ?? "")
            } else if key.matches("response") {
                document.members(of: value) { name, inner in
                    if name.matches("usage") { counted = TokenUsage(responses: inner, in: document) }
                }
            }
        }
        if let counted { usage = counted }
        switch kind {
        case .content: contentPieces += 1
        case .end: return .end
        case .failure:
            failure = Self.failure(Array(data.bytes[data.range]))
            return .hide
        case .other: break
        }
        return .pass
    }

    func isEnd(_ data: EventData) -> Bool {
        var isEnd = false
        do {
            try data.scan { document, key, value in
                if key.matches("type") { isEnd = Self.kind(document.text(of: value) ?? "") == .end }
            }
        } catch {
            // Cut off in the middle: not the whole event.
            return false
        }
        return isEnd
    }

    private static func kind(_ type: String) -> Kind {
        switch type {
        case "response.completed", "response.incomplete": .end
        case "error", "response.failed": .failure
        // Tools of the vendor's own have items and no deltas.
        case "response.output_item.done": .content
        default: type.hasSuffix(".delta") ? .content : .other
        }
    }

    /// The error stands beside `type`, under `error`, or in the failed response.
    private static func failure(_ body: [UInt8]) -> ProviderFailure {
        guard let event = try? JSONValue(parsing: body) else { return ProviderFailure(openAIErrorEvent: body) }
        let details = event["error"] ?? event["response"]?["error"] ?? event
        let error = JSONValue.object([
            JSONValue.Member("message", details["message"] ?? "The provider reported an error in its answer."),
            JSONValue.Member("type", details["type"].flatMap { $0 == "error" ? nil : $0 } ?? "server_error"),
            JSONValue.Member("param", details["param"] ?? .null), JSONValue.Member("code", details["code"] ?? .null),
        ])
        return ProviderFailure(openAIErrorEvent: JSONValue.members(("error", error)).text)
    }
}
