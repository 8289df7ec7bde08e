/// In which words a vendor's chat interface differs from OpenAI's, of which it is a copy.
struct OpenAIChatVocabulary: Sendable {
    /// The member that limits an answer's tokens.
    var limitMember = "max_tokens"
    var seedMember = "seed"
    /// What `tool_choice` is when some tool has to be called.
    var requiredToolChoice = "required"
    /// Usage in a stream has to be asked for.
    var asksForUsage = true
    /// `top_k` is known.
    var takesTopK = false
    /// `logprobs` and `top_logprobs` are known.
    var takesLogProbabilities = true
    /// `user` is known.
    var takesUser = true
    /// `reasoning_effort` is known.
    var takesReasoningEffort = true
    /// Thoughts go back with the turn they belong to.
    var thoughts = Thoughts.leftOut
    /// Makes an id of a tool call fit for the vendor; the same for the call and its result.
    var callID: @Sendable (String) -> String = { $0 }
    /// A tool without parameters has to say so by an empty object.
    var wantsToolParameters = false
    /// Messages say which of several participants speaks.
    var takesNames = true
    /// A refusal of the model's has a member of its own; else it is its text.
    var takesRefusals = true
    /// A last turn of the assistant has to say that it is to be continued.
    var marksPrefix = false
    /// Documents and audio are written as Mistral writes them: addresses, and base64 alone.
    var hasPlainMedia = false
    /// Members beyond these that the vendor understands as OpenAI's clients mean them.
    var extensions: Set<String> = []

    enum Thoughts: Sendable {
        case leftOut
        /// As `reasoning_content` of the message (vLLM, llama.cpp, DeepSeek).
        case member
        /// As a chunk of the content, `{"type": "thinking"}` (Mistral).
        case chunk
    }
}

extension Conversation.ReasoningDemand {
    /// How hard to think, for vendors that take a word: the caller's own, or the level whose usual budget is nearest.
    var effortWord: String? {
        if let effort { return effort == "max" ? "xhigh" : effort }
        guard let budgetTokens else { return nil }
        return switch budgetTokens {
        case ...0: "none"
        case ...2_048: "low"
        case ...8_192: "medium"
        default: "high"
        }
    }

    /// How many tokens to think with, for vendors that take a number: the caller's own, or the usual one of the level.
    var budget: Int64? {
        if let budgetTokens { return budgetTokens }
        return switch effort {
        case nil: nil
        case "none": 0
        case "minimal": 1_024
        case "low": 2_048
        case "medium": 8_192
        case "high": 16_384
        default: 32_768
        }
    }
}
