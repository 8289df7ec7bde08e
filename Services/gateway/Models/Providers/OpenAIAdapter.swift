/// OpenAI (platform.openai.com, API reference). Options: `organization`, `project`.
///
/// The base address ends in `/v1`.
struct OpenAIAdapter: OpenAISpeaking {
    static let kind = "openai"

    private let base: String
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.baseURL
        var headers = [("Authorization", "Bearer \(try settings.requiredKey())")]
        if let organization = try settings.option("organization") {
            headers.append(("OpenAI-Organization", organization))
        }
        if let project = try settings.option("project") { headers.append(("OpenAI-Project", project)) }
        self.headers = headers
    }

    let nativeDialects: Set<ModelDialect> = [.openAIChat, .openAIResponses, .openAIEmbeddings]

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        switch operation {
        case .chat(.openAIResponses, _): ProviderRoute(url: "\(base)/responses", headers: headers)
        case .chat: ProviderRoute(url: "\(base)/chat/completions", headers: headers)
        case .embeddings: ProviderRoute(url: "\(base)/embeddings", headers: headers)
        }
    }

    /// Reasoning models refuse `max_tokens`; all take this.
    func limitMember(_ dialect: ModelDialect) -> String {
        dialect == .openAIResponses ? "max_output_tokens" : "max_completion_tokens"
    }

    func vocabulary(for model: String) -> OpenAIChatVocabulary { .openAI }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models", headers: headers) }
}

extension OpenAIChatVocabulary {
    /// OpenAI's own words, which Azure's are too.
    static let openAI = OpenAIChatVocabulary(
        limitMember: "max_completion_tokens",
        extensions: ["verbosity", "logit_bias", "prediction", "prompt_cache_key", "safety_identifier", "store"])
}
