import CurlClient
import Foundation

/// Models at AWS by the Converse interface (docs.aws.amazon.com, Amazon Bedrock API Reference, Bedrock Runtime), and
/// embeddings of Amazon Titan and Cohere by InvokeModel. Options: `region`, when the address does not show it.
///
/// The key is `ACCESS_KEY_ID:SECRET_ACCESS_KEY` or `ACCESS_KEY_ID:SECRET_ACCESS_KEY:SESSION_TOKEN`, with which requests
/// are signed, or a Bedrock API key, which is a bearer token and has no colon. The base address is the runtime's, such
/// as `https://bedrock-runtime.eu-central-1.amazonaws.com`.
///
/// Left out: `user`, names of participants, `seed`. Refused: several answers, penalties, log probabilities, a ban on
/// parallel tool calls, JSON without a schema, images by address; `top_k` and thinking but for models whose name says
/// that they are Anthropic's (and an effort for OpenAI's).
struct BedrockAdapter: ProviderAdapter {
    static let kind = "aws-bedrock"

    private let base: String
    private let signature: AWSSignature?
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.baseURL
        let key = try settings.requiredKey()
        guard key.contains(":") else {
            signature = nil
            headers = [("Authorization", "Bearer \(key)")]
            return
        }
        let parts = key.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else {
            throw ProviderSettings.Problem(
                field: "api_key", text: "must be ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN] or a Bedrock API key")
        }
        guard let region = try settings.option("region") ?? Self.region(of: settings.baseURL) else {
            throw ProviderSettings.Problem(
                field: "options.region", text: "is needed, because the address does not show it")
        }
        signature = AWSSignature(
            accessKeyID: parts[0], secretAccessKey: parts[1], sessionToken: parts.count > 2 ? parts[2] : nil,
            region: region, service: "bedrock")
        headers = []
    }

    /// `eu-central-1` of `https://bedrock-runtime.eu-central-1.amazonaws.com`.
    private static func region(of url: String) -> String? {
        let labels = url.split { $0 == "/" || $0 == ":" }.dropFirst().first?.split(separator: ".") ?? []
        guard let service = labels.firstIndex(where: { $0.hasPrefix("bedrock-runtime") }), service + 1 < labels.count,
            labels.contains("amazonaws")
        else { return nil }
        return String(labels[service + 1])
    }

    var nativeDialects: Set<ModelDialect> { [] }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        let call =
            switch operation {
            case .chat(_, streams: true): "converse-stream"
            case .chat(_, streams: false): "converse"
            case .embeddings: "invoke"
            }
        return ProviderRoute(url: "\(base)/model/\(PathSegment.escape(model))/\(call)", headers: headers)
    }

    var streamMediaType: String { "application/vnd.amazon.eventstream" }

    func sign(_ request: inout OutgoingRequest, at date: Date) {
        signature?.sign(&request, at: date)
    }

    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        try BedrockRequest(conversation: conversation, model: model).value().text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion { try BedrockAnswer.completion(body) }

    /// Anthropic's models only: what others make of a last turn of the assistant's is not documented.
    func prefill(model: String, isCatalogued: Bool?) -> AnswerPrefill? {
        guard BedrockRequest.isAnthropic(model) else { return nil }
        return isCatalogued ?? AnthropicRequest.takesPrefill(model) ? .rest : nil
    }

    func makeStreamDecoder() -> any ProviderStreamDecoder { BedrockStreamDecoder() }

    func embeddingBatchLimit(model: String) -> Int { BedrockEmbeddings.batchLimit(model) }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        try BedrockEmbeddings.body(of: demand, model: model).text
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        try BedrockEmbeddings.answer(body)
    }

    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        let value = try? JSONValue(parsing: body)
        // `ThrottlingException:http://internal.amazon.com/coral/…`
        let type = headers["x-amzn-errortype"]?.split(separator: ":").first.map(String.init) ?? value?["__type"]?.string
        return BedrockFailure.failure(
            status: status, headers: headers, type: type,
            message: value?["message"]?.string ?? value?["Message"]?.string)
    }

    /// The runtime has nothing that can be asked without a model and its price.
    var probe: ProviderRoute? { nil }
}

/// Bedrock's exceptions, whole or inside of a stream.
enum BedrockFailure {
    static func failure(
        status: Int, headers: ResponseHeaders = ResponseHeaders(), type: String?, message: String?
    ) -> ProviderFailure {
        let judged = judged(type, message)
        return VendorError.failure(
            status: status, judged: judged, headers: headers,
            VendorError.make(judged ?? status, message: message))
    }

    /// The status of an exception that arrives inside of a stream, by its name with a small or a capital first letter.
    static func status(_ type: String?) -> Int {
        switch type?.lowercased() {
        case "validationexception", "servicequotaexceededexception": 400
        case "accessdeniedexception": 403
        case "resourcenotfoundexception": 404
        case "modeltimeoutexception": 408
        case "modelerrorexception", "modelstreamerrorexception": 424
        case "throttlingexception", "modelnotreadyexception": 429
        case "serviceunavailableexception": 503
        default: 500
        }
    }

    /// What an exception means whose status misleads.
    private static func judged(_ type: String?, _ message: String?) -> Int? {
        switch type?.lowercased() {
        case "servicequotaexceededexception": 429
        case "modeltimeoutexception": 504
        case "modelerrorexception", "modelstreamerrorexception": 502
        case "validationexception":
            message.map { $0.contains("model identifier is invalid") || $0.contains("on-demand throughput") } == true
                ? 404 : nil
        default: nil
        }
    }
}
