/// Any server with OpenAI's chat completions and embeddings: vLLM, Ollama, llama.cpp, routers. A key is sent when there
/// is one.
///
/// The base address ends in `/v1`, or wherever `/chat/completions` follows.
struct OpenAICompatibleAdapter: OpenAISpeaking {
    static let kind = "openai-compatible"

    let nativeDialects: Set<ModelDialect> = [.openAIChat, .openAIEmbeddings]
    private let base: String
    // Made once and not for each call.
    private let chat: ProviderRoute
    private let embeddings: ProviderRoute
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.baseURL
        headers = try settings.optionalKey().map { [("Authorization", "Bearer \($0)")] } ?? []
        chat = ProviderRoute(url: "\(base)/chat/completions", headers: headers)
        embeddings = ProviderRoute(url: "\(base)/embeddings", headers: headers)
    }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        switch operation {
        case .chat: chat
        case .embeddings: embeddings
        }
    }

    /// `max_tokens` is the name that all of them know.
    func vocabulary(for model: String) -> OpenAIChatVocabulary {
        OpenAIChatVocabulary(takesTopK: true, thoughts: .member, extensions: ["logit_bias"])
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models", headers: headers) }
}
