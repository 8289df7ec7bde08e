/// Where the lines of a batch go: the paths that OpenAI's clients name, and Anthropic's messages.
enum BatchEndpoint: String, Sendable, CaseIterable {
    case chatCompletions = "/v1/chat/completions"
    case embeddings = "/v1/embeddings"
    case responses = "/v1/responses"
    case messages = "/v1/messages"
}
