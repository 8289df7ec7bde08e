/// Follows what a client was sent byte for byte, to go on in its words when the provider breaks off. Only for calls whose
/// tenant wants that.
protocol NativeTrail: Sendable {
    /// Whole events, as they went to the client.
    mutating func follow(_ bytes: [UInt8])

    /// An encoder that stands where the stream broke off; nil when that cannot be said.
    func encoder(_ context: AnswerContext) -> (any AnswerStreamEncoder)?
}

/// The id, model and time of a streamed chat completion, which every chunk of it repeats.
struct OpenAIChatTrail: NativeTrail {
    private var events = VendorEvents()
    private var head: JSONValue?

    mutating func follow(_ bytes: [UInt8]) {
        guard head == nil, let events = try? events.feed(bytes) else { return }
        head = events.lazy.compactMap(\.value).first { $0["id"]?.string?.isEmpty == false }
    }

    func encoder(_ context: AnswerContext) -> (any AnswerStreamEncoder)? {
        head.map { OpenAIChatStreamEncoder(context, after: $0) }
    }
}

/// The content blocks of a streamed message.
struct AnthropicTrail: NativeTrail {
    private var events = VendorEvents()
    private var blocks = 0
    private var isOpen = false
    private var isLost = false

    mutating func follow(_ bytes: [UInt8]) {
        guard let events = try? events.feed(bytes) else {
            isLost = true
            return
        }
        for event in events {
            switch event.value?["type"]?.string {
            case "content_block_start":
                blocks += 1
                isOpen = true
            case "content_block_stop": isOpen = false
            default: break
            }
        }
    }

    func encoder(_ context: AnswerContext) -> (any AnswerStreamEncoder)? {
        isLost ? nil : AnthropicStreamEncoder(context, afterBlocks: blocks, isTextOpen: isOpen)
    }
}
