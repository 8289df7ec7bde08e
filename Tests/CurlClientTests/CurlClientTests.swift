import Logging
import Reactor
import Support
import Testing

@testable import CurlClient

/// A client on a reactor of its own, both ended when the body returns.
func withClient<Result: Sendable>(
    _ change: (inout CurlConfiguration) throws -> Void = { _ in },
    _ body: (CurlClient) async throws -> Result
) async throws -> Result {
    var configuration = CurlConfiguration(egress: try EgressPolicy(allowing: ["loopback"]))
    try change(&configuration)
    let reactor = try Reactor(name: "curl-test")
    let client = CurlClient(configuration: configuration, reactor: reactor, logger: Logger(label: "test"))
    do {
        let result = try await body(client)
        await client.shutdown()
        reactor.stop()
        return result
    } catch {
        await client.shutdown()
        reactor.stop()
        throw error
    }
}

@Suite("Requests against scripted servers")
struct CurlClientTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"

    @Test("a request reaches the server as written and the answer comes back whole")
    func roundTrip() async throws {
        let server = try ScriptedTCPServer([.answerEach(Self.ok)])
        let response = try await withClient { client async throws in
            try await client.execute(
                OutgoingRequest(
                    method: "POST", url: server.url + "/p?q=1",
                    headers: [("Content-Type", "application/json"), ("X-Empty", "")], body: Array("{}".utf8)))
        }
        #expect(response.status == 200)
        #expect(response.headers["x-a"] == "b")
        #expect(response.body == Array("hello".utf8))
        let sent = server.received(0)
        #expect(sent.hasPrefix("POST /p?q=1 HTTP/1.1\r\n"))
        #expect(sent.contains("\r\nContent-Type: application/json\r\n"))
        #expect(sent.contains("\r\nX-Empty:\r\n"))
        #expect(sent.contains("\r\nContent-Length: 2\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n{}"))
    }

    @Test("requests one after the other use one connection")
    func reuse() async throws {
        let server = try ScriptedTCPServer([.answerEach(Self.ok)])
        try await withClient { client async throws in
            for _ in 0..<20 { _ = try await client.execute(OutgoingRequest(url: server.url)) }
        }
        #expect(server.connectionCount == 1)
    }

    @Test("each method is sent as it is, on one handle after the other")
    func methods() async throws {
        let server = try ScriptedTCPServer([.answerEach("HTTP/1.1 204 No Content\r\n\r\n")])
        let requests: [(String, [UInt8]?)] = [
            ("GET", nil), ("POST", [65]), ("POST", nil), ("PUT", [66]), ("DELETE", nil), ("HEAD", nil), ("PATCH", [67]),
            ("GET", nil), ("GET", [68]), ("OPTIONS", nil), ("HEAD", nil), ("POST", [69]), ("GET", nil),
        ]
        try await withClient { client async throws in
            for (method, body) in requests {
                let response = try await client.execute(OutgoingRequest(method: method, url: server.url, body: body))
                #expect(response.status == 204)
            }
        }
        let sent = server.received(0)
        let lines = sent.split(separator: "\r\n").filter { $0.contains(" / HTTP/1.1") }
        // A request line may follow a body of one letter.
        let methods = lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(
            methods == [
                "GET", "POST", "APOST", "PUT", "BDELETE", "HEAD", "PATCH", "CGET", "GET", "DOPTIONS", "HEAD", "POST",
                "EGET",
            ])
        #expect(!server.received(0).contains("Expect"))
        #expect(!server.received(0).contains("x-www-form-urlencoded"))
    }
}
