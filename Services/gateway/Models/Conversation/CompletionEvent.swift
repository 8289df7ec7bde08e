/// A piece of a streamed answer in no vendor's words.
///
/// Order: `begin` once; then pieces of choices, each part of a choice from its beginning to its end before the next part
/// of that choice; one `finish` for each choice; `usage` at most once at the end (a vendor that counts as it goes is
/// summed up by its decoder); `end` once, and nothing after it. A stream without `end` was cut off.
enum CompletionEvent: Sendable, Equatable {
    case begin(id: String?, model: String?, created: Int64?)
    case text(String, choice: Int)
    case reasoning(String, choice: Int)
    /// The seal on the thoughts that were streamed before it, and encrypted thoughts.
    case reasoningSeal(signature: String?, sealed: String?, choice: Int)
    case refusal(String, choice: Int)
    /// A call begins; `index` counts the calls of the choice from 0.
    case toolCall(index: Int, id: String, name: String, choice: Int)
    /// A fragment of the JSON text of a call's arguments.
    case toolArguments(index: Int, String, choice: Int)
    /// In OpenAI's shape, for the text just before it.
    case logProbabilities(JSONValue, choice: Int)
    case finish(FinishReason, choice: Int)
    case usage(TokenUsage)
    /// The vendor reports that it cannot go on.
    case failure(ProviderFailure)
    case end

    /// Whether a person sees something of the answer with it: from the first one on, a call cannot be begun anew
    /// elsewhere unseen.
    var isContent: Bool {
        switch self {
        case .text(let text, _), .reasoning(let text, _), .refusal(let text, _): !text.isEmpty
        case .toolCall, .toolArguments, .reasoningSeal: true
        case .begin, .logProbabilities, .finish, .usage, .failure, .end: false
        }
    }
}
