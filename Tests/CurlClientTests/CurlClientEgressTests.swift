import Glibc
import Support
import Testing

@testable import CurlClient

@Suite("Egress policy at the socket")
struct CurlClientEgressTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func code(_ client: CurlClient, _ request: OutgoingRequest) async throws -> CurlError.Code? {
        do {
            _ = try await client.execute(request)
            return nil
        } catch let error as CurlError {
            return error.code
        }
    }

    @Test(
        "no spelling of loopback gets a connection",
        arguments: [
            "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001",
            "0x7f.1", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]",
            "[::127.0.0.1]", "127.0.0.1.", "①②⑦.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        ])
    func loopback(host: String) async throws {
        let server = try ScriptedTCPServer([.answerEach(Self.ok)])
        try await withClient({ $0.egress = EgressPolicy() }) { client async throws in
            let request = OutgoingRequest(url: "http://\(host):\(server.port)/", connectTimeout: .seconds(20))
            let code = try await code(client, request)
            // A spelling that libcurl or the resolver does not know leads nowhere, which is as good.
            #expect([.refusedByPolicy, .resolveFailed, .invalidRequest].contains(code))
        }
        #expect(server.connectionCount == 0)
    }

    @Test("the usual spellings are refused by the policy itself", arguments: ["127.0.0.1", "localhost", "[::1]", "0"])
    func refusal(host: String) async throws {
        try await withClient({ $0.egress = EgressPolicy() }) { client async throws in
            #expect(try await code(client, OutgoingRequest(url: "http://\(host):9/")) == .refusedByPolicy)
        }
    }

    @Test("metadata addresses are refused", arguments: ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200"])
    func metadata(host: String) async throws {
        try await withClient { client async throws in
            #expect(try await code(client, OutgoingRequest(url: "http://\(host)/latest")) == .refusedByPolicy)
        }
    }

    @Test("an exception for host and port opens that door only")
    func exception() async throws {
        let allowed = try ScriptedTCPServer([.answerEach(Self.ok)])
        let other = try ScriptedTCPServer([.answerEach(Self.ok)])
        try await withClient({ $0.egress = try EgressPolicy(allowing: ["localhost:\(allowed.port)"]) }) {
            client async throws in
            let local = OutgoingRequest(url: "http://localhost:\(allowed.port)")
            #expect(try await code(client, local) == nil)
            #expect(try await code(client, OutgoingRequest(url: allowed.url)) == .refusedByPolicy)
            #expect(try await code(client, OutgoingRequest(url: other.url)) == .refusedByPolicy)
        }
        #expect(other.connectionCount == 0)
    }

    @Test("a redirect is not followed unless the request says so")
    func redirectRefused() async throws {
        let target = try ScriptedTCPServer([.answerEach(Self.ok)])
        let answer = "HTTP/1.1 302 Found\r\nLocation: \(target.url)\r\nContent-Length: 0\r\n\r\n"
        let server = try ScriptedTCPServer([.answerEach(answer)])
        try await withClient { client async throws in
            #expect(try await code(client, OutgoingRequest(url: server.url)) == .refusedByPolicy)
            await #expect(throws: CurlError.self) { try await client.stream(OutgoingRequest(url: server.url)) }
            var following = OutgoingRequest(url: server.url, headers: [("Authorization", "secret")])
            following.redirects = .follow(maximum: 1)
            let response = try await client.execute(following)
            #expect(response.body == Array("ok".utf8))
        }
        #expect(target.connectionCount == 1)
        #expect(!target.received(0).contains("secret"))
    }

    @Test("a redirect to an internal address is refused at its socket")
    func redirectInside() async throws {
        let inside = try ScriptedTCPServer([.answerEach(Self.ok)])
        let answer = "HTTP/1.1 307 Go\r\nLocation: \(inside.url)\r\nContent-Length: 0\r\n\r\n"
        let outside = try ScriptedTCPServer([.answerEach(answer)])
        try await withClient({ $0.egress = try EgressPolicy(allowing: ["127.0.0.1:\(outside.port)"]) }) {
            client async throws in
            let request = OutgoingRequest(url: outside.url, redirects: .follow(maximum: 3))
            #expect(try await code(client, request) == .refusedByPolicy)
        }
        #expect(inside.connectionCount == 0)
    }

    @Test("a request that is not safe to send opens no socket")
    func invalid() async throws {
        let server = try ScriptedTCPServer([.answerEach(Self.ok)])
        try await withClient { client async throws in
            let injected = OutgoingRequest(url: server.url, headers: [("X", "a\r\nEvil: b")])
            #expect(try await code(client, injected) == .invalidRequest)
            let user = OutgoingRequest(url: "http://u:p@127.0.0.1:\(server.port)")
            #expect(try await code(client, user) == .invalidRequest)
            #expect(try await code(client, OutgoingRequest(url: "file:///etc/hostname")) == .refusedByPolicy)
        }
        #expect(server.connectionCount == 0)
    }

    @Test("a proxy gets the whole URL, but for hosts that bypass it")
    func proxy() async throws {
        let proxy = try ScriptedTCPServer([.answerEach(Self.ok)])
        let direct = try ScriptedTCPServer([.answerEach(Self.ok)])
        try await withClient({ $0.proxy = ProxyConfiguration(url: proxy.url, bypass: ["127.0.0.1"]) }) {
            client async throws in
            _ = try await client.execute(OutgoingRequest(url: "http://model.example/v1?x"))
            _ = try await client.execute(OutgoingRequest(url: direct.url))
            _ = try await client.execute(OutgoingRequest(url: "http://model.example/v2"))
        }
        #expect(proxy.received(0).hasPrefix("GET http://model.example/v1?x HTTP/1.1\r\n"))
        #expect(proxy.received(0).contains("GET http://model.example/v2 HTTP/1.1\r\n"))
        #expect(direct.connectionCount == 1)
    }

    @Test("an internal address is not reached through a proxy either", arguments: ["10.0.0.1", "localhost", "[::1]"])
    func internalBehindProxy(host: String) async throws {
        let proxy = try ScriptedTCPServer([.answerEach(Self.ok)])
        let change = { (configuration: inout CurlConfiguration) in
            configuration.egress = EgressPolicy()
            configuration.proxy = ProxyConfiguration(url: proxy.url)
        }
        try await withClient(change) { client async throws in
            #expect(try await code(client, OutgoingRequest(url: "http://\(host)/")) == .refusedByPolicy)
        }
        #expect(proxy.connectionCount == 0)
    }

    @Test("a proxy named by the environment is not used")
    func environmentProxy() async throws {
        let proxy = try ScriptedTCPServer([.answerEach(Self.ok)])
        let direct = try ScriptedTCPServer([.answerEach(Self.ok)])
        unsafe setenv("http_proxy", proxy.url, 1)
        unsafe setenv("ALL_PROXY", proxy.url, 1)
        defer {
            unsafe unsetenv("http_proxy")
            unsafe unsetenv("ALL_PROXY")
        }
        try await withClient { client async throws in _ = try await client.execute(OutgoingRequest(url: direct.url)) }
        #expect(proxy.connectionCount == 0)
        #expect(direct.connectionCount == 1)
    }
}
