/// One vendor's wire format, as `FakeProvider` serves it. Each is held against the vendor's own client from PyPI.
package protocol FakeVendor: Sendable {
    /// The `kind` of a provider that is one.
    var kind: String { get }
    /// What follows the server's address in a provider's `base_url`.
    var basePath: String { get }

    /// Whether the request carries the key, where and as the vendor wants it.
    func accepts(_ arrival: FakeProvider.Arrival, key: String) -> Bool

    /// Reads a request.
    func demand(_ arrival: FakeProvider.Arrival) throws(FakeRefusal) -> FakeDemand

    /// A whole answer.
    func answer(_ reply: FakeReply) -> [String: Any]

    /// A streamed answer.
    func stream(_ reply: FakeReply) -> FakeStream

    func embeddings(_ batch: FakeEmbeddings) -> [String: Any]

    /// The body of an error.
    func error(_ refusal: FakeRefusal) -> [String: Any]

    /// Headers that errors have besides.
    func errorHeaders(_ refusal: FakeRefusal) -> [(String, String)]

    /// An error inside of a stream.
    var errorEvent: [UInt8] { get }

    /// The list of models, which a probe asks for.
    var models: [String: Any] { get }
}

extension FakeVendor {
    package func errorHeaders(_ refusal: FakeRefusal) -> [(String, String)] { [] }
}

/// What is asked of a fake.
package enum FakeDemand: Sendable {
    case chat(FakeQuestion)
    case embeddings(FakeEmbeddings)
    case models
}

/// A request that the vendor would refuse.
package struct FakeRefusal: Error, Sendable {
    let status: Int
    let message: String
    var parameter: String?
    var code: String?

    static func invalid(_ message: String, parameter: String? = nil) -> FakeRefusal {
        FakeRefusal(status: 400, message: message, parameter: parameter)
    }

    static func missingModel(_ model: String) -> FakeRefusal {
        FakeRefusal(
            status: 404, message: "The model `\(model)` does not exist or you do not have access to it.",
            code: "model_not_found")
    }

    static let unknownPath = FakeRefusal(status: 404, message: "There is nothing here.")
    static let unauthorized = FakeRefusal(
        status: 401, message: "Incorrect API key provided: sk-****. You can find your API key in your account.",
        code: "invalid_api_key")
}

/// A streamed answer in pieces that are sent one by one.
package struct FakeStream: Sendable {
    var contentType = "text/event-stream; charset=utf-8"
    var pieces: [[UInt8]]
    /// By which a client knows that it is complete; part of the last piece of vendors that have no such word.
    var ending: [UInt8] = []
}

/// Texts as a fake counts them: one token a word.
enum FakeWords {
    static func of(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
}
