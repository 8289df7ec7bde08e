/// Where the lines of a batch go: the paths that OpenAI's clients name.
enum BatchEndpoint: String, Sendable, CaseIterable {
    case chatCompletions = "/v1/chat/completions"
    case embeddings = "/v1/embeddings"
}
