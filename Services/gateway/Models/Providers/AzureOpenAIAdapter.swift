/// OpenAI's models at Azure (learn.microsoft.com, "Azure OpenAI in Foundry Models REST API reference"). Options:
/// `api_version`.
///
/// Without `api_version`, or with `v1`, calls go to `/openai/v1/…` and name the deployment as their model; with a dated
/// version they go to `/openai/deployments/{deployment}/…?api-version=`. The base address is the resource's, such as
/// `https://example.openai.azure.com`.
///
/// Results of the content filter are passed over; an answer that it cut off ends with `contentFilter`, a request that it
/// refused has the code `content_filter`.
struct AzureOpenAIAdapter: OpenAISpeaking {
    static let kind = "azure-openai"

    private let base: String
    private let version: String?
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        let base = settings.baseURL
        let tail = ["/openai/v1", "/openai"].first { base.hasSuffix($0) } ?? ""
        self.base = String(base.dropLast(tail.count)) + "/openai"
        let version = try settings.option("api_version")
        self.version = version == "v1" ? nil : version
        headers = [("api-key", try settings.requiredKey())]
    }

    /// The Responses interface has one address for all deployments in `v1` only.
    var nativeDialects: Set<ModelDialect> {
        version == nil ? [.openAIChat, .openAIResponses, .openAIEmbeddings] : [.openAIChat, .openAIEmbeddings]
    }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        let path =
            switch operation {
            case .chat(.openAIResponses, _) where version == nil: "responses"
            case .chat: "chat/completions"
            case .embeddings: "embeddings"
            }
        guard let version else { return ProviderRoute(url: "\(base)/v1/\(path)", headers: headers) }
        let deployment = PathSegment.escape(model)
        return ProviderRoute(
            url: "\(base)/deployments/\(deployment)/\(path)?api-version=\(PathSegment.escape(version))",
            headers: headers)
    }

    func limitMember(_ dialect: ModelDialect) -> String {
        dialect == .openAIResponses ? "max_output_tokens" : "max_completion_tokens"
    }

    func vocabulary(for model: String) -> OpenAIChatVocabulary { .openAI }

    var probe: ProviderRoute? {
        let url = version.map { "\(base)/models?api-version=\(PathSegment.escape($0))" } ?? "\(base)/v1/models"
        return ProviderRoute(url: url, headers: headers)
    }
}
