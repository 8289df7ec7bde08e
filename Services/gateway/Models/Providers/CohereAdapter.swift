import CurlClient

/// Cohere's chat and embeddings, version 2 (docs.cohere.com, API reference).
///
/// The base address is `https://api.cohere.com`, with or without `/v2`.
///
/// What is counted is what is billed (`billed_units`). A plan before tool calls (`tool_plan`) is read as thoughts.
/// Left out: `user`, `detail` of images for models without it. Refused: several answers, log probabilities, a ban on
/// parallel tool calls, a demand for one tool among several, audio, documents.
struct CohereAdapter: ProviderAdapter {
    static let kind = "cohere"

    private let base: String
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        let base = settings.baseURL
        self.base = base.hasSuffix("/v2") || base.hasSuffix("/v1") ? String(base.dropLast(3)) : base
        headers = [("Authorization", "Bearer \(try settings.requiredKey())")]
    }

    var nativeDialects: Set<ModelDialect> { [] }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        switch operation {
        case .chat: ProviderRoute(url: "\(base)/v2/chat", headers: headers)
        case .embeddings: ProviderRoute(url: "\(base)/v2/embed", headers: headers)
        }
    }

    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        try CohereRequest(conversation: conversation, model: model).value().text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion { try CohereAnswer.completion(body) }

    func makeStreamDecoder() -> any ProviderStreamDecoder { CohereStreamDecoder() }

    // MARK: Embeddings

    func embeddingBatchLimit(model: String) -> Int { 96 }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        guard case .texts(let texts) = demand.input else {
            throw .unsupported(parameter: "input", "this model's provider embeds text, not token ids")
        }
        return JSONValue.members(
            ("model", .string(model)), ("texts", .array(texts.map(JSONValue.string))),
            ("input_type", .string(Self.inputType(demand.purpose))),
            ("embedding_types", .array([demand.wantsBase64 ? "base64" : "float"])),
            ("output_dimension", demand.dimensions.map(JSONValue.integer))
        ).text
    }

    /// The vendor wants to know; texts that are stored are the common case.
    static func inputType(_ purpose: String?) -> String {
        switch purpose?.lowercased() {
        case nil, "document", "retrieval_document": "search_document"
        case "query", "retrieval_query": "search_query"
        case .some(let other): other
        }
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        let answer = try JSONValue.answer(body)
        let vectors = answer["embeddings"]
        guard let items = (vectors?["float"] ?? vectors?["base64"] ?? vectors)?.elements else {
            throw .malformedAnswer("no embeddings")
        }
        var read: [EmbeddingAnswer.Vector] = []
        for item in items { read.append(try OpenAIEmbeddingWords.vector(item)) }
        let tokens = answer["meta"]?["billed_units"]?["input_tokens"]
        return EmbeddingAnswer(
            vectors: read, usage: TokenUsage.counted(prompt: CohereAnswer.count(tokens), completion: nil))
    }

    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        let message = (try? JSONValue(parsing: body))?["message"]?.string
        return VendorError.failure(status: status, headers: headers, VendorError.make(status, message: message))
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/v1/models?page_size=1", headers: headers) }
}
