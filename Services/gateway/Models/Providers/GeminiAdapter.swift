import CurlClient

/// Google's Gemini API (ai.google.dev, `v1beta` reference).
///
/// The base address is `https://generativelanguage.googleapis.com`, with or without `/v1beta`.
///
/// Left out: `user`. Refused: a ban on parallel tool calls, several answers in one stream, token ids.
struct GeminiAdapter: ProviderAdapter {
    static let kind = "google-gemini"

    private let base: String
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.base(version: "v1beta")
        headers = [("x-goog-api-key", try settings.requiredKey())]
    }

    var nativeDialects: Set<ModelDialect> { [] }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        let call =
            switch operation {
            case .chat(_, streams: true): "streamGenerateContent?alt=sse"
            case .chat(_, streams: false): "generateContent"
            case .embeddings: "batchEmbedContents"
            }
        return ProviderRoute(url: "\(base)/models/\(PathSegment.escape(Self.name(model))):\(call)", headers: headers)
    }

    /// Models are also called `models/…`.
    private static func name(_ model: String) -> String {
        model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
    }

    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        try GeminiRequest(conversation: conversation, model: Self.name(model)).value().text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion { try GeminiAnswer.completion(body) }

    func makeStreamDecoder() -> any ProviderStreamDecoder { GeminiStreamDecoder() }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        guard case .texts(let texts) = demand.input else {
            throw .unsupported(parameter: "input", "this model's provider embeds text, not token ids")
        }
        let requests = texts.map { text in
            JSONValue.members(
                ("model", .string("models/\(Self.name(model))")),
                ("content", .members(("parts", .array([.members(("text", .string(text)))])))),
                ("taskType", demand.purpose.map { .string(Self.taskType($0)) }),
                ("outputDimensionality", demand.dimensions.map(JSONValue.integer)))
        }
        return JSONValue.members(("requests", .array(requests))).text
    }

    func embeddingBatchLimit(model: String) -> Int { 100 }

    private static func taskType(_ purpose: String) -> String {
        switch purpose.lowercased() {
        case "query", "search_query": "RETRIEVAL_QUERY"
        case "document", "search_document": "RETRIEVAL_DOCUMENT"
        case "similarity": "SEMANTIC_SIMILARITY"
        default: purpose.uppercased()
        }
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        let answer = try JSONValue.answer(body)
        guard let items = answer["embeddings"]?.elements else { throw .malformedAnswer("no embeddings") }
        var vectors: [EmbeddingAnswer.Vector] = []
        for item in items { vectors.append(try OpenAIEmbeddingWords.vector(item["values"])) }
        return EmbeddingAnswer(
            vectors: vectors,
            usage: TokenUsage.counted(prompt: answer["usageMetadata"]?["promptTokenCount"]?.integer, completion: nil))
    }

    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        let value = try? JSONValue(parsing: body)
        // A stream that is refused is an array around the error.
        return GeminiFailure.failure(
            status: status, headers: headers, error: (value?.elements?.first ?? value)?["error"])
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models?pageSize=1", headers: headers) }
}

/// Google's errors (`google.rpc.Status` with `google.rpc.ErrorInfo` and `RetryInfo`): `{"error": {"code", "message",
/// "status", "details"}}`.
enum GeminiFailure {
    static func failure(status: Int, headers: ResponseHeaders, error: JSONValue?) -> ProviderFailure {
        let details = error?["details"]?.elements ?? []
        let reasons = details.compactMap { $0["reason"]?.string }
        // A wrong key and a country that is not served are said with 400, as if the request were wrong.
        let isOurs = reasons.contains("API_KEY_INVALID") || error?["status"] == "FAILED_PRECONDITION"
        var headers = headers
        if headers["retry-after"] == nil, let seconds = retryDelay(details) {
            headers = ResponseHeaders(headers.fields.map { ($0.name, $0.value) } + [("retry-after", String(seconds))])
        }
        return VendorError.failure(
            status: status, judged: isOurs ? 403 : nil, headers: headers,
            VendorError.make(status, message: error?["message"]?.string))
    }

    /// An error inside of a stream carries its status itself.
    static func failure(inStream error: JSONValue) -> ProviderFailure {
        let code = error["code"]?.integer ?? 500
        return failure(status: (400...599).contains(code) ? Int(code) : 500, headers: ResponseHeaders(), error: error)
    }

    /// `"34.07s"` in whole seconds, rounded up.
    private static func retryDelay(_ details: [JSONValue]) -> Int? {
        let text = details.compactMap { $0["retryDelay"]?.string }.first
        guard let text, text.hasSuffix("s"), let seconds = Double(text.dropLast()), (0...86_400).contains(seconds)
        else { return nil }
        return Int(seconds.rounded(.up))
    }
}
