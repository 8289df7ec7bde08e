import Contracts
import Foundation
import Testing

@testable import Gateway

@Suite("Relaying a stream of chunks")
struct EventStreamRelayTests {
    private static let content =
        #"data: {"id":"1","choices":[{"index":0,"delta":{"content":"hi"}}],"usage":null}"# + "\n\n"
    private static let usage =
        #"data: {"id":"1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}"#
        + "\n\n"
    private static let done = "data: [DONE]\n\n"

    private func relay(_ pieces: [[UInt8]], hidesUsage: Bool) throws -> (String, EventStreamRelay) {
        var relay = EventStreamRelay(hidesUsageChunk: hidesUsage)
        var output: [UInt8] = []
        for piece in pieces { output += try relay.feed(piece) }
        return (String(decoding: output, as: UTF8.self), relay)
    }

    @Test("however the bytes are split, the same events come out and the end is held back", arguments: 1...40)
    func splits(size: Int) throws {
        let bytes = Array((Self.content + ": ping\n\n" + Self.content + Self.usage + Self.done).utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        let (output, relay) = try relay(pieces, hidesUsage: false)
        #expect(output == Self.content + ": ping\n\n" + Self.content + Self.usage)
        #expect(relay.isComplete && !relay.hasPartialEvent)
        #expect(relay.usage == TokenUsage(prompt: 3, completion: 2, cached: 1))
        #expect(relay.contentChunks == 2)
    }

    @Test("the chunk with usage alone is kept from a client that did not ask for it")
    func hidden() throws {
        let (output, relay) = try relay([Array((Self.content + Self.usage + Self.done).utf8)], hidesUsage: true)
        #expect(output == Self.content)
        #expect(relay.usage == TokenUsage(prompt: 3, completion: 2, cached: 1))
    }

    @Test("lines may end in carriage return and line feed")
    func carriageReturns() throws {
        let text = (Self.content + Self.done).replacing("\n", with: "\r\n")
        let (output, relay) = try relay([Array(text.utf8)], hidesUsage: true)
        #expect(output == Self.content.replacing("\n", with: "\r\n"))
        #expect(relay.isComplete)
    }

    @Test("a stream without its end is not complete")
    func cut() throws {
        let (_, relay) = try relay([Array((Self.content + "data: {\"id\"").utf8)], hidesUsage: true)
        #expect(!relay.isComplete && relay.hasPartialEvent)
    }

    @Test("an event that is not JSON is an error")
    func malformed() {
        #expect(throws: EventStreamRelay.Failure.self) {
            try relay([Array("data: <html>\n\n".utf8)], hidesUsage: true)
        }
    }

    @Test("an event without end is refused when it grows too large")
    func tooLarge() {
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: EventStreamRelay.maximumEventBytes / 4)
        #expect(throws: EventStreamRelay.Failure.eventTooLarge) {
            try relay([Array("data: ".utf8), piece, piece, piece, piece, piece], hidesUsage: true)
        }
    }

    @Test("nothing is passed on after the end")
    func afterEnd() {
        #expect(throws: EventStreamRelay.Failure.continuedAfterEnd) {
            try relay([Array((Self.done + Self.content).utf8)], hidesUsage: true)
        }
    }

    @Test("an error inside of the stream is passed on and noted")
    func errorEvent() throws {
        let event = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"
        let (output, relay) = try relay([Array(event.utf8)], hidesUsage: true)
        #expect(output == event && relay.reportedError)
    }
}
