import CurlClient
import Foundation

/// One vendor's interface, as the gateway calls it. One file for each vendor implements this; `ProviderAdapters` lists
/// them. An adapter is a value made once for each configured provider; it knows addresses and credentials and
/// translates, and never sends anything itself.
protocol ProviderAdapter: Sendable {
    /// The value of `kind` in a provider's configuration.
    static var kind: String { get }

    /// Checks what the operator configured.
    ///
    /// - Throws: `ProviderSettings.Problem`, naming the field.
    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem)

    /// The dialects that the vendor speaks itself. Bodies in one of them are passed on byte for byte, but for the
    /// members that the gateway must set.
    var nativeDialects: Set<ModelDialect> { get }

    /// Where a call goes and what it carries besides its body. Credentials belong here and nowhere else.
    ///
    /// `Content-Type: application/json` is the same for all of them and the caller's to add. A dialect that is not native
    /// stands for the vendor's own words.
    ///
    /// - Parameter model: The vendor's name of the model, checked to be free of control characters; escape it for URLs.
    func route(_ operation: ModelOperation, model: String) -> ProviderRoute

    /// Puts what a client chose of the interface into the route of a call in a native dialect. Most interfaces have
    /// nothing to choose.
    func choose(_ choice: InterfaceChoice, in route: inout ProviderRoute)

    /// The member that limits the tokens of an answer in a native dialect, for a caller who set none.
    func limitMember(_ dialect: ModelDialect) -> String

    /// Adds credentials that depend on the body and the time, such as AWS Signature Version 4. Most vendors have none.
    func sign(_ request: inout OutgoingRequest, at date: Date)

    /// The vendor's body for a conversation.
    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8]

    /// A complete answer, status 2xx.
    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion

    /// How the model carries on an answer whose beginning is the last turn of a conversation, the assistant's, as
    /// `body(of:model:)` writes it; nil when it does not, which is the default.
    ///
    /// - Parameter isCatalogued: Whether the catalogue says that the model does; nil when it does not have the model.
    func prefill(model: String, isCatalogued: Bool?) -> AnswerPrefill?

    /// A decoder for one streamed answer.
    func makeStreamDecoder() -> any ProviderStreamDecoder

    /// The vendor's body for embeddings.
    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8]

    /// How many texts one call for embeddings may carry.
    func embeddingBatchLimit(model: String) -> Int

    /// The vendor's embeddings, status 2xx.
    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer

    /// What a status other than 2xx means. The default reads OpenAI's shape and the status.
    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure

    /// What the content type of a streamed answer begins with.
    var streamMediaType: String { get }

    /// Where a GET tells whether the provider is there and takes the credentials; nil when there is no such address.
    var probe: ProviderRoute? { get }
}

extension ProviderAdapter {
    func limitMember(_ dialect: ModelDialect) -> String {
        dialect == .openAIResponses ? "max_output_tokens" : "max_tokens"
    }

    func prefill(model: String, isCatalogued: Bool?) -> AnswerPrefill? { nil }

    var streamMediaType: String { "text/event-stream" }

    func sign(_ request: inout OutgoingRequest, at date: Date) {}

    func choose(_ choice: InterfaceChoice, in route: inout ProviderRoute) {}

    /// OpenAI's bound.
    func embeddingBatchLimit(model: String) -> Int { 2_048 }

    func failure(status: Int, headers: ResponseHeaders, body: [UInt8]) -> ProviderFailure {
        OpenAIErrorReader.failure(status: status, headers: headers, body: body)
    }
}

/// Reads one streamed answer of a vendor: bytes in, events out. A pure state machine, bounded.
protocol ProviderStreamDecoder: Sendable {
    /// - Throws: `TranslationError.malformedAnswer`; the stream is then broken.
    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent]

    /// The provider closed the stream. Events that follow from that, such as `end` for a vendor whose streams have no
    /// word for it and whose last event was complete; nothing when the stream was cut off.
    mutating func finish() -> [CompletionEvent]
}

/// What is asked of a provider.
enum ModelOperation: Sendable, Hashable {
    /// A conversation in a dialect that the vendor speaks. A vendor with words of its own for all conversations takes
    /// them for every dialect.
    case chat(ModelDialect, streams: Bool)
    case embeddings
}

/// An address and the headers of a call, credentials included. Never logged.
struct ProviderRoute: Sendable {
    var url: String
    var headers: [(String, String)]
}

/// In whose words a client speaks to the gateway.
enum ModelDialect: String, Sendable, CaseIterable {
    case openAIChat = "chat_completions"
    case openAIEmbeddings = "embeddings"
    case openAIResponses = "responses"
    case anthropicMessages = "messages"
}

/// What an operator configured for a provider, ready for its adapter: the key is open.
struct ProviderSettings: Sendable {
    /// Without a slash at its end.
    let baseURL: String
    /// Nil for servers that ask for none. Never logged, never returned.
    let apiKey: String?
    /// What only some vendors need, such as Azure's `api_version` or Bedrock's `region`.
    let options: [String: String]

    init(baseURL: String, apiKey: String?, options: [String: String] = [:]) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.apiKey = apiKey
        self.options = options
    }

    /// A field that is missing or wrong, in words for the operator.
    struct Problem: Error, Equatable {
        let field: String
        let text: String
    }
}
