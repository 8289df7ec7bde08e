/// Writes the rest of an answer whose beginning the client has: no second beginning, nothing twice, and the usage of
/// all attempts together.
struct ContinuedEncoder: AnswerStreamEncoder {
    /// Has written, or stands as if it had written, all that the client has.
    private(set) var inner: any AnswerStreamEncoder
    private var seam: AnswerSeam
    private let usageBefore: TokenUsage

    init(_ inner: any AnswerStreamEncoder, after broken: BrokenAnswer, _ seam: AnswerSeam) {
        self.inner = inner
        self.seam = seam
        usageBefore = broken.usage
    }

    var ending: [UInt8] { inner.ending }

    mutating func encode(_ event: CompletionEvent) -> [UInt8] {
        switch event {
        case .begin: return []
        case .text(let piece, let choice):
            let new = seam.take(piece)
            return new.isEmpty ? [] : inner.encode(.text(new, choice: choice))
        case .usage(let usage): return inner.encode(.usage(usageBefore + usage))
        case .reasoning, .reasoningSeal, .refusal, .toolCall, .toolArguments, .logProbabilities, .finish, .failure,
            .end:
            let late = seam.end()
            return (late.isEmpty ? [] : inner.encode(.text(late, choice: 0))) + inner.encode(event)
        }
    }
}
