import Testing

@testable import CurlClient

@Suite("Event stream parser")
struct ServerSentEventParserTests {
    private func parse(_ text: String) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try parser.feed(Array(text.utf8))
    }

    @Test("an event is dispatched at its blank line, whatever the line break", arguments: ["\n", "\r", "\r\n"])
    func lineBreaks(lineBreak: String) throws {
        let text = ["event: delta", "data: one", "data: two", "id: 7", "retry: 250", "", ""].joined(
            separator: lineBreak)
        let expected = ServerSentEvent(event: "delta", data: "one\ntwo", id: "7", retry: 250)
        #expect(try parse(text) == [expected])
    }

    @Test("a stream cut at any byte gives the same events", arguments: ["\n", "\r", "\r\n"])
    func everyCut(lineBreak: String) throws {
        let lines = [
            "\u{feff}: hello", "data: grüße", "", "event: x", "data", "data:", "", "id: 1", "", "data: z", "", "",
        ]
        let bytes = Array(lines.joined(separator: lineBreak).utf8)
        let expected = [
            ServerSentEvent(data: "grüße"),
            ServerSentEvent(event: "x", data: "\n"),
            ServerSentEvent(data: "z", id: "1"),
        ]
        for cut in 0...bytes.count {
            var parser = ServerSentEventParser()
            let events = try parser.feed(Array(bytes[..<cut])) + parser.feed(Array(bytes[cut...]))
            #expect(events == expected, "cut at \(cut)")
        }
        var parser = ServerSentEventParser()
        #expect(try bytes.flatMap { try parser.feed([$0]) } == expected, "byte by byte")
    }

    @Test("a byte order mark counts only at the very start")
    func byteOrderMark() throws {
        #expect(try parse("\u{feff}data: a\n\n\u{feff}data: b\n\n").map(\.data) == ["a"])
    }

    @Test("only one blank after the colon is dropped")
    func blanks() throws {
        #expect(try parse("data:  a \n\n").map(\.data) == [" a "])
    }

    @Test("a block without data is no event, but its id stays")
    func blockWithoutData() throws {
        #expect(try parse("event: x\nid: 3\n\ndata: a\n\n") == [ServerSentEvent(data: "a", id: "3")])
    }

    @Test("an id with NUL and a retry with letters are ignored")
    func malformedFields() throws {
        #expect(try parse("id: a\0b\nretry: 1s\ndata: a\n\n") == [ServerSentEvent(data: "a")])
    }

    @Test("an empty id clears the last one")
    func emptyID() throws {
        #expect(try parse("id: 3\nid\ndata: a\n\n") == [ServerSentEvent(data: "a", id: "")])
    }

    @Test("unknown fields and comments are skipped")
    func unknownFields() throws {
        #expect(try parse(": ping\nnonsense\nfoo: bar\ndata: a\n\n") == [ServerSentEvent(data: "a")])
    }

    @Test("a stream that ends inside an event says so and does not give it out")
    func truncated() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.feed(Array("data: a\n\n".utf8)).count == 1)
        #expect(!parser.isInsideEvent)
        #expect(try parser.feed(Array("data: b\n".utf8)).isEmpty)
        #expect(parser.isInsideEvent)
    }

    @Test("an event past the bound is an error, in one line or over many")
    func bound() throws {
        var oneLine = ServerSentEventParser(maximumEventBytes: 64)
        #expect(throws: ServerSentEventError.eventTooLarge(maximumBytes: 64)) {
            for _ in 0..<65 { _ = try oneLine.feed([UInt8(ascii: "a")]) }
        }
        var manyLines = ServerSentEventParser(maximumEventBytes: 64)
        #expect(throws: ServerSentEventError.eventTooLarge(maximumBytes: 64)) {
            for _ in 0..<20 { _ = try manyLines.feed(Array("data: abcdef\n".utf8)) }
        }
    }

    @Test("the bound is for one event, not for the stream")
    func boundIsPerEvent() throws {
        var parser = ServerSentEventParser(maximumEventBytes: 64)
        for _ in 0..<1_000 { #expect(try parser.feed(Array("data: abcdef\n\n".utf8)).count == 1) }
    }

    @Test("bytes that are not UTF-8 become replacement characters")
    func invalidUTF8() throws {
        var parser = ServerSentEventParser()
        let events = try parser.feed(Array("data: a".utf8) + [0xff] + Array("b\n\n".utf8))
        #expect(events.map(\.data) == ["a\u{fffd}b"])
    }
}
