/// What has come of a streamed answer, read a second time in neutral words: only for calls that must know it before
/// their end, since the reading costs as much as a translation.
struct StreamTranscript: Sendable {
    /// What one token is of a piece that holds several.
    static let bytesPerToken: Int64 = 4

    /// Longer answers are not carried on when they break off.
    private static let maximumTextBytes = 1 << 20

    private var decoder: (any ProviderStreamDecoder)?
    /// What the client has of an answer's only text, while there is nothing else in it; nil as soon as there is.
    private var text: String?
    /// For an answer that another attempt began.
    private var seam: AnswerSeam?
    private var hasFinished = false
    /// Tokens of the answer, all choices together: at least one for each piece, and one for every four bytes of it.
    private(set) var tokens: Int64 = 0

    /// - Parameter keepsText: Whether `plainText` will be asked for.
    init(of attempt: CallAttempt, keepsText: Bool) {
        decoder = attempt.provider.adapter.makeStreamDecoder()
        guard keepsText else { return }
        text = ""
        guard let broken = attempt.continued, let prefill = attempt.target.prefill else { return }
        text = broken.text + broken.blanks
        seam = AnswerSeam(broken, prefill)
    }

    /// All the text that the client has, if the answer is text that has not come to its end; nil when there is more to it,
    /// or when it could not be read.
    var plainText: String? { decoder == nil || hasFinished ? nil : text }

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
        case .text(let piece, let choice):
            count(piece)
            keep(piece, choice)
        case .reasoning(let piece, _), .refusal(let piece, _), .toolArguments(_, let piece, _),
            .toolCall(_, _, let piece, _):
            count(piece)
            text = nil
        case .reasoningSeal, .logProbabilities: text = nil
        case .finish, .end: hasFinished = true
        case .begin, .usage, .failure: break
        }
    }

    private mutating func keep(_ piece: String, _ choice: Int) {
        guard let before = text else { return }
        guard choice == 0, before.utf8.count + piece.utf8.count <= Self.maximumTextBytes else {
            text = nil
            return
        }
        text?.append(seam?.take(piece) ?? piece)
    }

    private mutating func count(_ text: String) {
        guard !text.isEmpty else { return }
        tokens += max(1, Int64(text.utf8.count) / Self.bytesPerToken)
    }
}
