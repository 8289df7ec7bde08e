/// A complete answer of a chat model in no vendor's words.
struct Completion: Sendable, Equatable {
    /// The vendor's id of it.
    var id: String?
    /// The model as the vendor names it in its answer.
    var model: String?
    /// Seconds since 1970.
    var created: Int64?
    var choices: [Choice]
    var usage: TokenUsage?
    /// `system_fingerprint` or what the vendor has for it.
    var fingerprint: String?
    var serviceTier: String?

    struct Choice: Sendable, Equatable {
        var parts: [ContentPart]
        var finish: FinishReason
        /// In OpenAI's shape (`{"content": […]}`).
        var logProbabilities: JSONValue?
    }
}

/// Why a model stopped.
enum FinishReason: Sendable, Equatable {
    /// It had said all.
    case stop
    /// One of the caller's stop sequences; which one, where the vendor says it.
    case stopSequence(String?)
    /// The limit of tokens or the model's context.
    case length
    case toolCalls
    /// The vendor's filter cut it off or withheld it.
    case contentFilter
    /// The model declined.
    case refusal
    /// A long turn that the vendor interrupts and the caller continues (Anthropic `pause_turn`).
    case paused
    /// A reason of the vendor's that has no counterpart; treated as `stop`.
    case other(String)
}
