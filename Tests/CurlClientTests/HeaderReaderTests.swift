import Testing

@testable import CurlClient

@Suite("Head of an answer")
struct HeaderReaderTests {
    private func read(_ lines: [String], maximumBytes: Int = 1_024) -> (HeaderReader, HeaderReader.Step) {
        var reader = HeaderReader(maximumBytes: maximumBytes)
        var step = HeaderReader.Step.more
        for line in lines where step == .more { step = reader.take(Array((line + "\r\n").utf8)) }
        return (reader, step)
    }

    @Test("status and fields are read in order, blanks around values dropped")
    func fields() throws {
        let (reader, step) = read(["HTTP/1.1 201 Created", "A:  one ", "b:two", "a: three", "Content-Length: 12", ""])
        let head = try #require(reader.head)
        #expect(step == .complete)
        #expect(head.status == 201)
        #expect(head.contentLength == 12)
        #expect(head.headers["A"] == "one")
        #expect(head.headers.values("a") == ["one", "three"])
        #expect(head.headers.fields.map(\.name) == ["A", "b", "a", "Content-Length"])
        #expect(head.headers["missing"] == nil)
    }

    @Test("names compare without regard to case")
    func caseInsensitive() throws {
        let (reader, _) = read(["HTTP/2 200 ", "x-request-id: r1", ""])
        #expect(try #require(reader.head).headers["X-Request-ID"] == "r1")
    }

    @Test("interim answers are skipped and leave nothing behind")
    func interim() throws {
        let (reader, step) = read(["HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: b", ""])
        #expect(step == .complete)
        let head = try #require(reader.head)
        #expect(head.status == 200)
        #expect(head.headers.fields.map(\.name) == ["A"])
    }

    @Test("a folded line continues the value before it")
    func folded() throws {
        let (reader, _) = read(["HTTP/1.1 200 OK", "A: one", "\t two", ""])
        #expect(try #require(reader.head).headers["a"] == "one two")
    }

    @Test("trailers after the head are ignored")
    func trailers() throws {
        var (reader, _) = read(["HTTP/1.1 200 OK", "A: one", ""])
        #expect(reader.take(Array("B: two\r\n".utf8)) == .more)
        #expect(try #require(reader.head).headers["B"] == nil)
    }

    @Test(
        "what is not HTTP is a broken transfer",
        arguments: [
            ["HTTP/1.1 OK"], ["HTTP/1.1 20"], ["HTTP/1.1 200 OK", "no colon"], ["HTTP/1.1 200 OK", ": x"], [""],
        ])
    func garbage(lines: [String]) {
        #expect(read(lines).1 == .failed(.transferBroken))
    }

    @Test("a head past the bound is refused")
    func bound() {
        let lines = ["HTTP/1.1 200 OK"] + (0..<100).map { "X-\($0): 0123456789" }
        #expect(read(lines, maximumBytes: 200).1 == .failed(.headersTooLarge))
    }

    @Test("a field that cannot come from the wire is not made")
    func handMade() {
        let headers = ResponseHeaders([("A", "b"), ("C\nD", "e"), ("F", "g\nH: i"), ("", "x"), ("A", "c")])
        #expect(headers.fields.map(\.value) == ["b", "c"])
    }
}
