/// Carries a streamed answer from a provider of one vendor to a client of another.
struct TranslatingRelay: AnswerRelay {
    private var decoder: any ProviderStreamDecoder
    private var encoder: any AnswerStreamEncoder
    private(set) var usage: TokenUsage?
    private(set) var contentPieces: Int64 = 0
    private(set) var hasContent = false
    private(set) var isComplete = false
    private(set) var failure: ProviderFailure?

    init(from decoder: any ProviderStreamDecoder, to encoder: any AnswerStreamEncoder) {
        self.decoder = decoder
        self.encoder = encoder
    }

    var ending: [UInt8] { encoder.ending }
    var encoderSoFar: (any AnswerStreamEncoder)? { (encoder as? ContinuedEncoder)?.inner ?? encoder }

    mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8] {
        let events: [CompletionEvent]
        do {
            events = try decoder.feed(bytes)
        } catch {
            throw .malformed("\(error)")
        }
        return try encode(events)
    }

    mutating func finish() throws(RelayFailure) -> [UInt8] {
        try encode(decoder.finish())
    }

    private mutating func encode(_ events: [CompletionEvent]) throws(RelayFailure) -> [UInt8] {
        var output: [UInt8] = []
        for event in events {
            guard failure == nil else { break }
            guard !isComplete else { throw .continuedAfterEnd }
            switch event {
            case .usage(let counted): usage = counted
            case .failure(let reported):
                failure = reported
                continue
            case .end: isComplete = true
            default:
                guard event.isContent else { break }
                contentPieces += 1
                hasContent = true
            }
            let bytes = encoder.encode(event)
            if output.isEmpty { output = bytes } else { output += bytes }
        }
        return output
    }
}
