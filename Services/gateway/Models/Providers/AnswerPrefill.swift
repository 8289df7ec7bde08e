/// How a model carries on an answer whose beginning it is given as the last turn of the conversation.
enum AnswerPrefill: Sendable {
    /// Its answer is what follows.
    case rest
    /// Its answer repeats the beginning first.
    case whole
}
