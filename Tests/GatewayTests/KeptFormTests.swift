import Contracts
import Foundation
import ServiceKit
import Testing

@testable import Gateway

@Suite("Forms of kept answers")
struct KeptFormTests {
    private let context = AnswerContext(model: "m", identifier: "abc", created: 1, includesUsage: true)

    private let completion = Completion(
        id: "i", model: "gpt", created: 5,
        choices: [
            Completion.Choice(
                parts: [
                    .text("Hello \"there\"\n"), .toolCall(.init(id: "call_1", name: "find", arguments: "{\"a\": 1}")),
                    .toolCall(.init(id: "call_2", name: "open", arguments: "{}")),
                ], finish: .toolCalls),
            Completion.Choice(parts: [.refusal("no")], finish: .stop),
        ], usage: TokenUsage(prompt: 3, completion: 4))

    @Test("a whole answer replayed as a chat stream says the same, in whole events, to its end")
    func replay() throws {
        let whole = OpenAIChatDialect.answer(completion, in: context)
        let bytes = try #require(KeptStream.bytes(of: whole, in: .openAIChat, context))
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\n\ndata: [DONE]\n\n"))
        var decoder = OpenAIChatStreamDecoder()
        let events = try decoder.feed(bytes)
        #expect(text(events, choice: 0) == "Hello \"there\"\n")
        #expect(events.contains(.toolCall(index: 1, id: "call_2", name: "open", choice: 0)))
        #expect(events.contains(.finish(.toolCalls, choice: 0)))
        #expect(events.contains(.usage(TokenUsage(prompt: 3, completion: 4))))
        #expect(events.last == .end)
    }

    @Test("a whole answer of Anthropic's is replayed in its own events")
    func anthropic() throws {
        var one = completion
        one.choices = [completion.choices[0]]
        let whole = AnthropicMessagesDialect.answer(one, in: context)
        let bytes = try #require(KeptStream.bytes(of: whole, in: .anthropicMessages, context))
        var decoder = AnthropicStreamDecoder()
        let events = try decoder.feed(bytes)
        #expect(text(events, choice: 0) == "Hello \"there\"\n")
        #expect(events.contains(.toolCall(index: 0, id: "call_1", name: "find", choice: 0)))
        #expect(events.last == .end)
    }

    @Test("answers of another dialect, and what is none, are not replayed")
    func others() {
        #expect(KeptStream.bytes(of: Array("{}".utf8), in: .openAIResponses, context) == nil)
        #expect(KeptStream.bytes(of: Array("{}".utf8), in: .openAIChat, context) == nil)
    }

    @Test("an answer that a limit or a filter cut off is not complete, whole or streamed")
    func completeness() {
        let complete = [
            #"{"choices":[{"finish_reason":"stop"}]}"#, #"{"stop_reason": "end_turn"}"#, #"{"status":"completed"}"#,
            #"{"choices":[{"message":{"content":"\"finish_reason\":\"length\""},"finish_reason":"stop"}]}"#,
            #"data: {"choices":[{"finish_reason":null}]}"#, "", "\"", "\"finish_reason\"",
            #"{"finish_reason":"lengthy"}"#,
        ]
        for text in complete { #expect(AnswerCompleteness.isComplete(Array(text.utf8)), "\(text)") }
        let cut = [
            #"{"choices":[{"finish_reason":"stop"},{"finish_reason" : "length"}]}"#,
            #"data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#,
            #"{"stop_reason":"max_tokens"}"#, #"{"status":"incomplete"}"#,
        ]
        for text in cut { #expect(!AnswerCompleteness.isComplete(Array(text.utf8)), "\(text)") }
    }

    @Test("a recorded stream is what the client was sent, and one that is too long is not kept")
    func recording() throws {
        let whole = OpenAIChatDialect.answer(completion, in: context)
        let bytes = try #require(KeptStream.bytes(of: whole, in: .openAIChat, context))
        let recording = StreamRecording()
        var relay: any AnswerRelay = RecordingRelay(OpenAIChatDialect.makeRelay(context), into: recording)
        var sent: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 37) {
            sent += try relay.feed(Array(bytes[start..<min(start + 37, bytes.count)]))
        }
        #expect(relay.isComplete)
        #expect(recording.sent == sent)
        #expect(sent + relay.ending == bytes)
        let long = StreamRecording()
        var endless: any AnswerRelay = RecordingRelay(OpenAIChatDialect.makeRelay(context), into: long)
        let chunk = Array(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(String(repeating: "x", count: 60_000))\"}}]}\n\n"
                .utf8)
        for _ in 0..<20 { _ = try endless.feed(chunk) }
        #expect(long.sent == nil)
    }

    @Test("forms of one answer have keys of their own, of the same tenant")
    func keys() {
        let proof = CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "api_key:test")
        let key = CacheKey(.answer, [[1]], in: .verified(by: proof))
        #expect(key.form("stream") != key)
        #expect(key.form("stream") != key.form("stream with usage"))
        #expect(key.form("stream") == key.form("stream"))
        #expect(key.form("stream").tenant == key.tenant)
    }

    private func text(_ events: [CompletionEvent], choice wanted: Int) -> String {
        events.reduce(into: "") { text, event in
            if case .text(let piece, wanted) = event { text += piece }
        }
    }
}
