import CurlClient

/// Mistral's La Plateforme (docs.mistral.ai, API reference). It speaks a copy of OpenAI's chat completions that takes no
/// member it does not know, hence nothing is passed on byte for byte but translated.
///
/// The base address is `https://api.mistral.ai`, with or without `/v1`.
///
/// Left out: `user`, the names of participants, and that a tool failed (its text says so).
struct MistralAdapter: OpenAISpeaking {
    static let kind = "mistral"

    private let base: String
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.base(version: "v1")
        headers = [("Authorization", "Bearer \(try settings.requiredKey())")]
    }

    var nativeDialects: Set<ModelDialect> { [] }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        switch operation {
        case .chat: ProviderRoute(url: "\(base)/chat/completions", headers: headers)
        case .embeddings: ProviderRoute(url: "\(base)/embeddings", headers: headers)
        }
    }

    func vocabulary(for model: String) -> OpenAIChatVocabulary {
        OpenAIChatVocabulary(
            seedMember: "random_seed", requiredToolChoice: "any", asksForUsage: false, takesTopK: true,
            takesUser: false, thoughts: .chunk, callID: ToolCallID.short, wantsToolParameters: true, takesNames: false,
            takesRefusals: false,
            marksPrefix: true, hasPlainMedia: true,
            extensions: ["prediction", "prompt_cache_key", "prompt_mode", "safe_prompt", "guardrails", "metadata"])
    }

    /// With `prefix` on the last message, which the answer then repeats.
    func prefill(model: String, isCatalogued: Bool?) -> AnswerPrefill? {
        isCatalogued ?? true ? .whole : nil
    }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        guard case .texts = demand.input else {
            throw .unsupported(parameter: "input", "this model's provider embeds text, not token ids")
        }
        return OpenAIEmbeddingWords.body(
            of: demand, model: model, dimensionsMember: "output_dimension", takesUser: false
        ).text
    }

    /// `{"object": "error", "message", "type", "code"}`, or 422 with `{"detail": [{"loc", "msg", "type"}]}`, also inside
    /// of `message`.
    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        let value = try? JSONValue(parsing: body)
        let details = value?["detail"]?.elements ?? value?["message"]?["detail"]?.elements
        if value?["type"] == "invalid_model" {
            let error = VendorError.make(404, message: value?["message"]?.string, code: value?["code"]?.string)
            return VendorError.failure(status: status, judged: 404, headers: headers, error)
        }
        guard let detail = details?.first else {
            return OpenAIErrorReader.failure(status: status, headers: headers, body: body)
        }
        let place = (detail["loc"]?.elements ?? []).compactMap(\.string).filter { $0 != "body" }.joined(separator: ".")
        let error = VendorError.make(
            status, message: detail["msg"]?.string.map { place.isEmpty ? $0 : "\(place): \($0)" },
            parameter: place.isEmpty ? nil : place)
        return VendorError.failure(status: status, headers: headers, error)
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models", headers: headers) }
}
