/// Why something cannot be said in the other vendor's words.
enum TranslationError: Error, Equatable {
    /// The request asks for what the provider's interface has no words for. Names the caller's member.
    case unsupported(parameter: String, String)
    /// The request is not one. Names the caller's member.
    case invalid(parameter: String, String)
    /// The provider's answer is not one.
    case malformedAnswer(String)
}
