import CurlClient

/// Anthropic's Messages (platform.claude.com, API reference). Options: `beta`, the value of `anthropic-beta`; `version`,
/// that of `anthropic-version`.
///
/// The version is `2023-06-01` unless the operator, or the client of a native call, says otherwise, because later ones
/// take no `temperature`, `top_p` and `top_k` any more ("Migrating to API version 2026-10-21") and those are refused with
/// them; answers are the same.
///
/// The base address is `https://api.anthropic.com`, with or without `/v1`.
///
/// Left out, because nothing in an answer depends on them by promise: `seed`. Refused: several answers, penalties, log
/// probabilities, a temperature above 1, JSON without a schema, audio, files by id.
struct AnthropicAdapter: ProviderAdapter {
    static let kind = "anthropic"

    private static let firstVersion = "2023-06-01"

    private let base: String
    private let takesSampling: Bool
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.base(version: "v1")
        let version = try settings.option("version") ?? Self.firstVersion
        takesSampling = version == Self.firstVersion
        var headers = [("x-api-key", try settings.requiredKey()), ("anthropic-version", version)]
        if let beta = try settings.option("beta") { headers.append(("anthropic-beta", beta)) }
        self.headers = headers
    }

    let nativeDialects: Set<ModelDialect> = [.anthropicMessages]

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        ProviderRoute(url: "\(base)/messages", headers: headers)
    }

    /// The version is the client's, since its body was written for it; its experiments come after the operator's.
    func choose(_ choice: InterfaceChoice, in route: inout ProviderRoute) {
        if let version = choice.version {
            route.headers.removeAll { $0.0 == "anthropic-version" }
            route.headers.append(("anthropic-version", version))
        }
        if let betas = choice.betas {
            let own = route.headers.first { $0.0 == "anthropic-beta" }?.1
            route.headers.removeAll { $0.0 == "anthropic-beta" }
            route.headers.append(("anthropic-beta", own.map { "\($0),\(betas)" } ?? betas))
        }
    }

    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        try AnthropicRequest(conversation: conversation, model: model, takesSampling: takesSampling).value().text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        try AnthropicAnswer.completion(body)
    }

    func prefill(model: String, isCatalogued: Bool?) -> AnswerPrefill? {
        isCatalogued ?? AnthropicRequest.takesPrefill(model) ? .rest : nil
    }

    func makeStreamDecoder() -> any ProviderStreamDecoder { AnthropicStreamDecoder() }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        throw .unsupported(parameter: "model", "this model's provider has no embeddings")
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        throw .malformedAnswer("this provider has no embeddings")
    }

    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        AnthropicFailure.failure(status: status, headers: headers, error: (try? JSONValue(parsing: body))?["error"])
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models", headers: headers) }
}

/// Anthropic's errors: `{"type": "error", "error": {"type", "message"}}`, whole or inside of a stream.
enum AnthropicFailure {
    static func failure(status: Int, headers: ResponseHeaders, error: JSONValue?) -> ProviderFailure {
        let message = error?["message"]?.string
        // An empty account is said with 400, as if the request were wrong.
        let isPoor = message?.contains("credit balance is too low") ?? false
        return VendorError.failure(
            status: status, judged: isPoor ? 403 : nil, headers: headers, VendorError.make(status, message: message))
    }

    static func failure(inStream error: JSONValue?) -> ProviderFailure {
        failure(status: status(error?["type"]?.string), headers: ResponseHeaders(), error: error)
    }

    private static func status(_ type: String?) -> Int {
        switch type {
        case "invalid_request_error": 400
        case "authentication_error": 401
        case "billing_error": 402
        case "permission_error": 403
        case "not_found_error": 404
        case "request_too_large": 413
        case "rate_limit_error": 429
        case "timeout_error": 504
        case "overloaded_error": 529
        default: 500
        }
    }
}
