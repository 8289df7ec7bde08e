/// The kinds of providers that there are. A new one is its file in this folder and its line here.
enum ProviderAdapters {
    static let all: [any ProviderAdapter.Type] = [
        OpenAIAdapter.self,
        OpenAICompatibleAdapter.self,
        AnthropicAdapter.self,
        AzureOpenAIAdapter.self,
        MistralAdapter.self,
        GeminiAdapter.self,
        BedrockAdapter.self,
        CohereAdapter.self,
    ]

    /// By the value of `kind`.
    private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

    /// Every value of `kind`, sorted.
    static let kinds = byKind.keys.sorted()

    /// An adapter for what an operator configured; nil for a kind that does not exist.
    static func make(
        _ kind: String, _ settings: ProviderSettings
    ) throws(ProviderSettings.Problem) -> (any ProviderAdapter)? {
        try byKind[kind]?.init(settings)
    }
}
