import HTTPTypes
import Testing

@testable import ServiceKit

@Suite("Heads of requests that are answered directly")
struct DirectRequestHeadTests {
    private static let plain = [
        "POST /v1/chat/completions HTTP/1.1", "Host: 127.0.0.1:8080", "Authorization: Bearer abc",
        "Content-Type: application/json", "Content-Length: 12", "X-Asterism-User: \tanna ", "Connection: Keep-Alive",
    ]

    private func read(_ lines: [String], end: String = "\r\n\r\n") -> DirectRequestHead? {
        DirectRequestHead(Array((lines.joined(separator: "\r\n") + end + "rest").utf8))
    }

    @Test("a plain head is read where it stands, names without regard to case")
    func plain() throws {
        let head = try #require(read(Self.plain))
        #expect(head.isMethod("POST") && !head.isMethod("GET"))
        #expect(head.isTarget("/v1/chat/completions") && !head.isTarget("/v1/chat"))
        #expect(head.contentLength == 12)
        #expect(head.value("authorization") == "Bearer abc")
        #expect(head.has("content-type", "application/json"))
        #expect(head.value("accept") == nil)
        #expect(head.byteCount == Self.plain.joined(separator: "\r\n").utf8.count + 4)
        let labels = head.fields(withPrefixes: ["x-asterism-"])
        #expect(labels.count == 1)
        #expect(labels[try #require(HTTPField.Name("x-asterism-user"))] == "anna")
    }

    @Test(
        "whatever two readers might frame differently is left to the HTTP server",
        arguments: [
            "Transfer-Encoding: chunked", "transfer-encoding: identity", "Content-Length: 12", "Content-Length: 13",
            "Connection: close", "Connection: upgrade", "Connection: keep-alive, x", "Upgrade: h2c",
            "Expect: 100-continue", "HTTP2-Settings: AAMAAABkAAQ", "Trailer: x", " folded", "No-Colon",
            "Blank : before the colon", "X: \u{1}", "X: é", "X: a\rb", "X: a\nb", ": no name", "X\u{0}: a", "(x): a",
        ])
    func refused(line: String) {
        #expect(read(Self.plain + [line]) == nil)
        var lines = Self.plain
        lines.insert(line, at: 1)
        #expect(read(lines) == nil)
    }

    @Test(
        "a length that is not plain digits is none",
        arguments: ["", "+5", "-5", "5,5", "5 5", "0x5", "5.0", "99999999999", "٥"])
    func length(value: String) {
        var lines = Self.plain
        lines[4] = "Content-Length: \(value)"
        #expect(read(lines) == nil)
    }

    @Test(
        "a request line of any other form is left to the HTTP server",
        arguments: [
            "POST /v1/chat/completions HTTP/1.0", "POST /v1/chat/completions HTTP/2.0", "POST  /v1/x HTTP/1.1",
            "POST /v1/x  HTTP/1.1", "POST http://x/v1 HTTP/1.1", "POST * HTTP/1.1", "post /v1/x HTTP/1.1",
            "POST /v1/x", "", " POST /v1/x HTTP/1.1", "POST /v1/\u{1} HTTP/1.1", "PO\tST /v1/x HTTP/1.1",
        ])
    func requestLine(line: String) {
        #expect(read([line] + Self.plain.dropFirst()) == nil)
    }

    @Test("lines that end in a bare line feed, and heads that are not whole or too long, are left to the HTTP server")
    func lineEnds() {
        #expect(DirectRequestHead(Array((Self.plain.joined(separator: "\n") + "\n\n").utf8)) == nil)
        let text = Array((Self.plain.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for length in 0..<text.count { #expect(DirectRequestHead(Array(text.prefix(length))) == nil) }
        #expect(DirectRequestHead(text) != nil)
        #expect(read(Self.plain + ["X: \(String(repeating: "a", count: DirectRequestHead.maximumBytes))"]) == nil)
    }

    @Test("a field that is there twice has no value")
    func twice() throws {
        let head = try #require(read(Self.plain + ["authorization: Bearer other", "content-type: application/json"]))
        #expect(head.value("authorization") == nil && head.count("authorization") == 2)
        #expect(!head.has("content-type", "application/json"))
    }
}
