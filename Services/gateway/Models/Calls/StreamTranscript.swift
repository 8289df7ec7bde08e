/// What has come of a streamed answer, read a second time in neutral words: only for calls that must know it before
/// their end, since the reading costs as much as a translation.
struct StreamTranscript: Sendable {
    /// What one token is of a piece that holds several.
    static let bytesPerToken: Int64 = 4

    private var decoder: (any ProviderStreamDecoder)?
    /// Tokens of the answer, all choices together: at least one for each piece, and one for every four bytes of it.
    private(set) var tokens: Int64 = 0

    init(_ decoder: any ProviderStreamDecoder) {
        self.decoder = decoder
    }

    /// To be told of bytes when they have been passed on.
    mutating func feed(_ bytes: [UInt8]) {
        guard var current = decoder else { return }
        guard let events = try? current.feed(bytes) else {
            // The stream itself goes on, or is found to be broken by whoever carries it.
            decoder = nil
            return
        }
        decoder = current
        for event in events { add(event) }
    }

    private mutating func add(_ event: CompletionEvent) {
        switch event {
        case .text(let text, _), .reasoning(let text, _), .refusal(let text, _), .toolArguments(_, let text, _),
            .toolCall(_, _, let text, _):
            count(text)
        case .begin, .reasoningSeal, .logProbabilities, .finish, .usage, .failure, .end: break
        }
    }

    private mutating func count(_ text: String) {
        guard !text.isEmpty else { return }
        tokens += max(1, Int64(text.utf8.count) / Self.bytesPerToken)
    }
}
