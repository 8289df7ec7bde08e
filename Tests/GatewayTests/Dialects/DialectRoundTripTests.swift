import Testing

@testable import Gateway

@Suite("From a conversation to a vendor's words and back")
struct DialectRoundTripTests {
    private static let settings = ProviderSettings(baseURL: "https://vendor.example/v1", apiKey: "key")

    @Test("nothing is lost on the way through OpenAI's words", arguments: 0..<200)
    func openAI(seed: Int) throws {
        var random = RandomConversation(seed: UInt64(seed))
        var conversation = random.make()
        random.addOpenAI(&conversation)
        let body = try OpenAIAdapter(Self.settings).body(of: conversation, model: conversation.model)
        #expect(try OpenAIChatDialect.conversation(body) == conversation)
    }

    @Test("nothing is lost on the way through Anthropic's words", arguments: 0..<200)
    func anthropic(seed: Int) throws {
        var random = RandomConversation(seed: UInt64(seed))
        var conversation = random.make()
        random.addAnthropic(&conversation)
        let body = try AnthropicAdapter(Self.settings).body(of: conversation, model: conversation.model)
        #expect(try AnthropicMessagesDialect.conversation(body) == conversation)
    }

    @Test("a streamed answer, written and read by its vendor's adapter, is the same", arguments: 0..<100)
    func events(seed: Int) throws {
        var random = RandomAnswer(seed: UInt64(seed))
        let (_, events) = random.make()
        for (dialect, decoder) in [
            (OpenAIChatDialect.self as any ClientDialect.Type, try OpenAIAdapter(Self.settings).makeStreamDecoder()),
            (AnthropicMessagesDialect.self, try AnthropicAdapter(Self.settings).makeStreamDecoder()),
        ] {
            var encoder = dialect.makeStreamEncoder(.forTests())
            var decoder = decoder
            var bytes: [UInt8] = []
            for event in events { bytes += encoder.encode(event) }
            let read = try decoder.feed(bytes + encoder.ending) + decoder.finish()
            #expect(Summary(read) == Summary(events), "\(dialect)")
        }
    }

    /// What a stream says, however it is cut into pieces.
    private struct Summary: Equatable {
        var text = ""
        var reasoning = ""
        var calls: [String] = []
        var finish: FinishReason?
        var usage: TokenUsage?
        var isEnded = false

        init(_ events: [CompletionEvent]) {
            for event in events {
                switch event {
                case .text(let piece, _): text += piece
                case .reasoning(let piece, _): reasoning += piece
                case .toolCall(_, let id, let name, _): calls.append("\(id) \(name) ")
                case .toolArguments(let index, let piece, _): calls[index] += piece
                case .finish(let reason, _): finish = reason
                case .usage(let counted): usage = counted
                case .end: isEnded = true
                default: break
                }
            }
        }
    }
}
