@testable import Gateway

/// Larkspur, a vendor that does not exist. Refused: everything but text.
struct LarkspurAdapter: ProviderAdapter {
    static let kind = "larkspur"

    private let base: String
    private let headers: [(String, String)]

    init(_ settings: ProviderSettings) throws(ProviderSettings.Problem) {
        base = settings.base(version: "v3")
        headers = [("Larkspur-Key", try settings.requiredKey())]
    }

    /// It speaks no interface but its own, so no body is passed on byte for byte.
    var nativeDialects: Set<ModelDialect> { [] }

    func route(_ operation: ModelOperation, model: String) -> ProviderRoute {
        ProviderRoute(url: "\(base)/models/\(PathSegment.escape(model))/reply", headers: headers)
    }

    func body(of conversation: Conversation, model: String) throws(TranslationError) -> [UInt8] {
        let chat = conversation
        try chat.refuse(choices: true, penalties: true, logProbabilities: true, topK: true)
        _ = try ForeignMembers.passed(chat.extensions)
        guard chat.tools.isEmpty else {
            throw .unsupported(parameter: "tools", "this model's provider has no tools")
        }
        var lines: [JSONValue] = []
        for message in chat.messages {
            for part in message.parts {
                guard let text = part.text else {
                    throw .unsupported(parameter: "messages", "this model's provider takes text only")
                }
                lines.append(.members(("by", .string("\(message.role)")), ("says", .string(text))))
            }
        }
        return JSONValue.members(
            ("lines", .array(lines)), ("cap", chat.maximumTokens.map(JSONValue.integer)),
            ("heat", chat.temperature.map(JSONValue.number)), ("drip", chat.streams ? true : nil)
        ).text
    }

    func completion(_ body: [UInt8]) throws(TranslationError) -> Completion {
        let answer = try JSONValue.answer(body)
        guard let text = answer["says"]?.string else { throw .malformedAnswer("it says nothing") }
        let choice = Completion.Choice(parts: [.text(text)], finish: Self.finish(answer["why"]))
        return Completion(id: answer["ref"]?.string, choices: [choice], usage: Self.usage(answer["count"]))
    }

    static func finish(_ why: JSONValue?) -> FinishReason {
        switch why?.string {
        case "done", nil: .stop
        case "cap": .length
        case .some(let other): .other(other)
        }
    }

    static func usage(_ count: JSONValue?) -> TokenUsage? {
        TokenUsage.counted(prompt: count?["in"]?.integer, completion: count?["out"]?.integer)
    }

    func makeStreamDecoder() -> any ProviderStreamDecoder { LarkspurStreamDecoder() }

    func body(of demand: EmbeddingDemand, model: String) throws(TranslationError) -> [UInt8] {
        throw .unsupported(parameter: "model", "this model's provider has no embeddings")
    }

    func embeddings(_ body: [UInt8], for demand: EmbeddingDemand) throws(TranslationError) -> EmbeddingAnswer {
        throw .malformedAnswer("this provider has no embeddings")
    }

    var probe: ProviderRoute? { ProviderRoute(url: "\(base)/models", headers: headers) }
}

/// `{"ref"}` first, then `{"bit"}` for each piece, then `{"why", "count"}`, which is the end.
struct LarkspurStreamDecoder: ProviderStreamDecoder {
    private var events = VendorEvents()
    private var hasBegun = false
    private var hasEnded = false

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        var output: [CompletionEvent] = []
        for event in try events.feed(bytes) where !hasEnded {
            let drop = try event.object()
            if let reference = drop["ref"]?.string {
                hasBegun = true
                output.append(.begin(id: reference, model: nil, created: nil))
            }
            if let bit = drop["bit"]?.string { output.append(.text(bit, choice: 0)) }
            guard let why = drop["why"] else { continue }
            guard hasBegun else { throw .malformedAnswer("an end without a beginning") }
            hasEnded = true
            output.append(.finish(LarkspurAdapter.finish(why), choice: 0))
            if let usage = LarkspurAdapter.usage(drop["count"]) { output.append(.usage(usage)) }
            output.append(.end)
        }
        return output
    }

    /// The vendor has a word for the end, so a stream that stops without it was cut off.
    mutating func finish() -> [CompletionEvent] { [] }
}
