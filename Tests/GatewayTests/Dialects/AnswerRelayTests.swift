import Testing

@testable import Gateway

@Suite("Carrying a streamed answer")
struct AnswerRelayTests {
    private static let first =
        #"data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}"# + "\n\n"
    private static let content =
        #"data: {"id":"1","choices":[{"index":0,"delta":{"content":"hi"}}],"usage":null}"# + "\n\n"
    private static let usage =
        #"data: {"id":"1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}"#
        + "\n\n"
    private static let done = "data: [DONE]\n\n"

    private func relay(
        _ pieces: [[UInt8]], includesUsage: Bool = true
    ) throws -> (output: String, relay: any AnswerRelay) {
        var relay = OpenAIChatDialect.makeRelay(.forTests(includesUsage: includesUsage))
        var output: [UInt8] = []
        for piece in pieces { output += try relay.feed(piece) }
        output += try relay.finish()
        return (String(decoding: output, as: UTF8.self), relay)
    }

    private func whole(_ text: String, includesUsage: Bool = true) throws -> (output: String, relay: any AnswerRelay) {
        try relay([Array(text.utf8)], includesUsage: includesUsage)
    }

    @Test("however the bytes are split, the same events come out and the end is held back", arguments: 1...60)
    func splits(size: Int) throws {
        let bytes = Array((Self.first + Self.content + ": ping\n\n" + Self.content + Self.usage + Self.done).utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        for includesUsage in [true, false] {
            let (output, relay) = try relay(pieces, includesUsage: includesUsage)
            let expected = Self.first + Self.content + ": ping\n\n" + Self.content
            #expect(output == expected + (includesUsage ? Self.usage : ""))
            #expect(relay.isComplete && relay.hasContent && relay.failure == nil)
            #expect(String(decoding: relay.ending, as: UTF8.self) == Self.done)
            #expect(relay.usage == TokenUsage(prompt: 3, completion: 2, cached: 1))
            #expect(relay.contentPieces == 2)
        }
    }

    @Test("a stream that is cut at any byte before its end is not complete, and nothing of an end goes out")
    func cut() throws {
        let bytes = Array((Self.first + Self.content + Self.usage + Self.done).utf8)
        for length in 0..<(bytes.count - 2) {
            let (output, relay) = try relay([Array(bytes[..<length])])
            #expect(!relay.isComplete && relay.ending.isEmpty, "\(length)")
            #expect(!output.contains("[DONE]"))
            #expect(output.isEmpty || output.hasSuffix("\n\n"))
        }
    }

    @Test("a server that closes right after its last line has ended its answer")
    func missingBlankLine() throws {
        let (output, relay) = try whole(Self.content + "data: [DONE]")
        #expect(output == Self.content && relay.isComplete)
        #expect(String(decoding: relay.ending, as: UTF8.self) == Self.done)
    }

    @Test("whose words follow is no content, but the words are, and so are calls of tools and thoughts")
    func firstContent() throws {
        #expect(try !whole(Self.first).relay.hasContent)
        for delta in [
            #""content":"x""#, #""reasoning_content":"x""#, #""refusal":"x""#, #""tool_calls":[{"index":0}]"#,
        ] {
            #expect(try whole(#"data: {"choices":[{"delta":{\#(delta)}}]}"# + "\n\n").relay.hasContent, "\(delta)")
        }
        for delta in [#""content":null"#, #""content":"""#, #""tool_calls":[ ]"#] {
            #expect(try !whole(#"data: {"choices":[{"delta":{\#(delta)}}]}"# + "\n\n").relay.hasContent, "\(delta)")
        }
    }

    @Test("lines may end in carriage return and line feed")
    func carriageReturns() throws {
        let (output, relay) = try whole((Self.content + Self.done).replacing("\n", with: "\r\n"))
        #expect(output == Self.content.replacing("\n", with: "\r\n") && relay.isComplete)
    }

    @Test("data in several lines is one value, and other fields are passed on")
    func severalLines() throws {
        let event = "id: 7\nevent: x\ndata: {\"choices\":[{\"delta\":\ndata: {\"content\":\"a\"}}]}\nretry: 1\n\n"
        let (output, relay) = try whole(event)
        #expect(output == event && relay.hasContent)
    }

    @Test(
        "an event that is not JSON is an error",
        arguments: ["<html>", "{\"a\":1", "{\"a\":1} x", "[]", "{\"a\":\"\u{1}\"}"])
    func malformed(data: String) {
        #expect {
            try whole("data: \(data)\n\n" + Self.content)
        } throws: { error in
            guard case .malformed = error as? RelayFailure else { return false }
            return true
        }
    }

    @Test("an event without end is refused when it grows too large")
    func tooLarge() {
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: EventFramer.maximumEventBytes / 4)
        #expect(throws: RelayFailure.eventTooLarge) {
            try relay([Array("data: ".utf8), piece, piece, piece, piece, piece])
        }
    }

    @Test("nothing is passed on after the end")
    func afterEnd() {
        #expect(throws: RelayFailure.continuedAfterEnd) { try whole(Self.done + Self.content) }
    }

    @Test(
        "an error inside of the stream is not passed on, and what follows it neither",
        arguments: [
            (
                #"{"error":{"message":"busy","type":"server_error","param":null,"code":"overloaded"}}"#, 503,
                "The provider is overloaded."
            ),
            (#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#, 429, "slow down"),
            (#"{"error":{"message":"too long","type":"BadRequestError","code":400}}"#, 400, "too long"),
            (#"{"error":"broke"}"#, 502, "The provider failed with status 500."),
        ])
    func errorEvent(body: String, status: Int, message: String) throws {
        let (output, relay) = try whole(Self.content + "data: \(body)\n\n" + Self.content + Self.done)
        #expect(output == Self.content && !relay.isComplete)
        let failure = try #require(relay.failure)
        #expect(failure.error.status == status && failure.error.message == message)
        #expect(failure.mayHaveRun && failure.isWorthAnotherTry == (status != 400))
    }

    // MARK: From one vendor to another

    @Test("a translated stream ends when the provider ended it, and its failure is held back")
    func translated() throws {
        var relay = TranslatingRelay(
            from: ScriptedDecoder(events: [
                [.begin(id: nil, model: "m", created: 1)], [.text("a", choice: 0), .finish(.stop, choice: 0)],
                [.usage(TokenUsage(prompt: 1, completion: 2)), .end],
            ]), to: OpenAIChatStreamEncoder(.forTests()))
        #expect(try relay.feed([]).isEmpty && !relay.hasContent)
        #expect(try !relay.feed([]).isEmpty && relay.hasContent && !relay.isComplete)
        #expect(try !String(decoding: relay.feed([]), as: UTF8.self).contains("[DONE]"))
        #expect(relay.isComplete && relay.usage == TokenUsage(prompt: 1, completion: 2))
        let failure = ProviderFailure.unusable("x")
        var failing = TranslatingRelay(
            from: ScriptedDecoder(events: [[.text("a", choice: 0), .failure(failure), .text("b", choice: 0), .end]]),
            to: OpenAIChatStreamEncoder(.forTests()))
        #expect(try !String(decoding: failing.feed([]), as: UTF8.self).contains("\"b\""))
        #expect(failing.failure == failure && !failing.isComplete)
    }
}

/// Each time it is fed, the next events.
private struct ScriptedDecoder: ProviderStreamDecoder {
    var events: [[CompletionEvent]]

    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [CompletionEvent] {
        events.isEmpty ? [] : events.removeFirst()
    }

    mutating func finish() -> [CompletionEvent] { [] }
}
