import Contracts

/// One place where a tenant's calls to models can go, ready to be used: the key is open, the URLs are made.
struct ModelProvider: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// OpenAI itself, whose newer models take `max_completion_tokens` only.
        case openAI = "openai"
        /// Any server with OpenAI's interface: vLLM, Ollama, llama.cpp, …
        case openAICompatible = "openai-compatible"
    }

    let id: ProviderID
    let name: String
    let kind: Kind
    let chatURL: String
    let embeddingsURL: String
    /// The value of the header, nil for a provider without a key. Never logged, never returned.
    let authorization: String?
    let models: [ModelPattern]
    let priority: Int
    /// Where it computes; nil when the operator did not say.
    let region: String?
    let weight: Int
    /// What its kind needs besides, such as `api_version`.
    let options: [String: String]

    init(
        id: ProviderID, name: String, kind: Kind, baseURL: String, apiKey: String?, models: [ModelPattern],
        priority: Int, region: String? = nil, weight: Int = 1, options: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        chatURL = "\(base)/chat/completions"
        embeddingsURL = "\(base)/embeddings"
        authorization = apiKey.map { "Bearer \($0)" }
        self.models = models
        self.priority = priority
        self.region = region
        self.weight = weight
        self.options = options
    }

    /// The name of the member that limits an answer, for a caller who set none.
    var limitMember: String {
        kind == .openAI ? "max_completion_tokens" : "max_tokens"
    }
}
