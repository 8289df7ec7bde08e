import Logging
import Reactor
import Support
import Testing

@testable import CurlClient

@Suite("Broken, slow and rude servers")
struct CurlClientFailureTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    /// How a request to a server with this script fails.
    private func failure(
        _ steps: [ScriptedTCPServer.Step], _ change: (inout OutgoingRequest) -> Void = { _ in }
    ) async throws -> CurlError? {
        let server = try ScriptedTCPServer(steps)
        var request = OutgoingRequest(url: server.url)
        change(&request)
        return try await withClient { client async throws in
            do {
                _ = try await client.execute(request)
                return nil
            } catch let error as CurlError {
                return error
            }
        }
    }

    @Test("a closed port is a failed connection, and nothing was sent")
    func connectionRefused() async throws {
        let port = try ScriptedTCPServer([]).port
        try await withClient { client async throws in
            let error = await #expect(throws: CurlError.self) {
                try await client.execute(OutgoingRequest(url: "http://127.0.0.1:\(port)"))
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.requestMayHaveBeenSent == false)
        }
    }

    @Test("a name that does not exist is a failed resolution")
    func unknownName() async throws {
        try await withClient { client async throws in
            let error = await #expect(throws: CurlError.self) {
                try await client.execute(OutgoingRequest(url: "http://nowhere.invalid", connectTimeout: .seconds(20)))
            }
            #expect(error?.code == .resolveFailed)
        }
    }

    @Test(
        "an answer that breaks off is a broken transfer that may have been received",
        arguments: [
            [.receiveRequest],
            [.receiveRequest, .reset],
            [.receiveRequest, .halfClose, .awaitPeerClose],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), .reset],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n")],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nContent-Le")],
            [.receiveRequest, .send("SSH-2.0-OpenSSH_9.2\r\n"), .awaitPeerClose],
            [.receiveRequest, .sendBytes([0xff, 0x00, 0x80, 0x0a]), .awaitPeerClose],
            [.receiveRequest, .send("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n")],
        ] as [[ScriptedTCPServer.Step]])
    func broken(steps: [ScriptedTCPServer.Step]) async throws {
        let error = try await failure(steps)
        #expect(error?.code == .transferBroken)
        #expect(error?.requestMayHaveBeenSent == true)
    }

    @Test("a body without a length ends when the server half-closes")
    func halfClosed() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"), .halfClose, .awaitPeerClose,
        ])
        try await withClient { client async throws in
            #expect(try await client.execute(OutgoingRequest(url: server.url)).body == Array("hello".utf8))
        }
    }

    @Test("a server that says nothing runs into the limit for the first byte")
    func slowFirstByte() async throws {
        let error = try await failure([.receiveRequest, .awaitPeerClose]) { $0.firstByteTimeout = .milliseconds(50) }
        #expect(error?.code == .timeout(.firstByte))
        #expect(error?.requestMayHaveBeenSent == true)
    }

    @Test("a server that stops in the middle runs into the limit for idling")
    func idle() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
        let error = try await failure([.receiveRequest, .send(head), .awaitPeerClose]) {
            $0.idleTimeout = .milliseconds(50)
        }
        #expect(error?.code == .timeout(.idle))
    }

    @Test("a body that drips is not idle")
    func drip() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .drip("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", .milliseconds(2)),
        ])
        try await withClient { client async throws in
            let request = OutgoingRequest(url: server.url, firstByteTimeout: .seconds(5), idleTimeout: .seconds(5))
            #expect(try await client.execute(request).body == Array("hello".utf8))
        }
    }

    @Test("a body that drips for ever runs into the deadline")
    func deadline() async throws {
        let endless = String(repeating: "x", count: 10_000)
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        let error = try await failure([.receiveRequest, .send(head), .drip(endless, .milliseconds(5))]) {
            $0.deadline = .milliseconds(150)
            $0.idleTimeout = .seconds(5)
        }
        #expect(error?.code == .timeout(.total))
    }

    @Test("a TLS handshake that hangs runs into the limit for connecting, and nothing was sent")
    func handshake() async throws {
        let error = try await failure([.awaitPeerClose]) {
            $0.url = $0.url.replacing("http:", with: "https:")
            $0.connectTimeout = .milliseconds(80)
        }
        #expect(error?.code == .timeout(.connect))
        #expect(error?.requestMayHaveBeenSent == false)
    }

    @Test("a timed-out transfer closes its connection")
    func timeoutCloses() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .awaitPeerClose])
        try await withClient { client async throws in
            let request = OutgoingRequest(url: server.url, deadline: .milliseconds(50))
            await #expect(throws: CurlError.self) { try await client.execute(request) }
            #expect(await server.peerCloses(0))
            #expect(client.transfersUnderWay == 0)
        }
    }

    @Test(
        "a body past the bound is refused, announced or not",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello hello",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello hello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello hello",
        ])
    func tooLarge(answer: String) async throws {
        let error = try await failure([.receiveRequest, .send(answer)]) { $0.maximumResponseBytes = 10 }
        #expect(error?.code == .bodyTooLarge)
    }

    @Test("a body at the bound is taken")
    func atTheBound() async throws {
        let error = try await failure([.receiveRequest, .send(Self.ok)]) { $0.maximumResponseBytes = 5 }
        #expect(error == nil)
    }

    @Test("a head past the bound is refused")
    func headTooLarge() async throws {
        let fields = (0..<200).map { "X-\($0): \(String(repeating: "v", count: 500))\r\n" }.joined()
        let error = try await failure([.receiveRequest, .send("HTTP/1.1 200 OK\r\n" + fields + "\r\n")])
        #expect(error?.code == .headersTooLarge)
    }

    @Test("a kept connection that the server has closed is replaced without an error")
    func staleConnection() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.ok)])
        try await withClient { client async throws in
            for _ in 0..<5 { _ = try await client.execute(OutgoingRequest(url: server.url)) }
        }
        #expect(server.connectionCount == 5)
    }

    @Test("one transfer more than allowed is refused at once")
    func overloaded() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .awaitPeerClose])
        try await withClient({ $0.maximumTransfers = 1 }) { client async throws in
            let first = Task { try await client.execute(OutgoingRequest(url: server.url, deadline: .seconds(20))) }
            #expect(await server.happens { server.received(0).hasSuffix("\r\n\r\n") })
            let error = await #expect(throws: CurlError.self) {
                try await client.execute(OutgoingRequest(url: server.url))
            }
            #expect(error?.code == .overloaded)
            await client.shutdown()
            await #expect(throws: CurlError.self) { try await first.value }
        }
    }

    @Test("shutting down ends what is under way and refuses what comes after")
    func shutdown() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .awaitPeerClose])
        try await withClient { client async throws in
            let under = Task { try await client.execute(OutgoingRequest(url: server.url)) }
            #expect(await server.happens { server.received(0).hasSuffix("\r\n\r\n") })
            await client.shutdown()
            let ended = await #expect(throws: CurlError.self) { try await under.value }
            #expect(ended?.code == .shutDown)
            #expect(await server.peerCloses(0))
            let after = await #expect(throws: CurlError.self) {
                try await client.execute(OutgoingRequest(url: server.url))
            }
            #expect(after?.code == .shutDown)
            await client.shutdown()
        }
    }

    @Test("a client that is dropped closes its connections")
    func dropped() async throws {
        let server = try ScriptedTCPServer([.answerEach(Self.ok)])
        let reactor = try Reactor(name: "curl-test")
        do {
            let configuration = CurlConfiguration(egress: .unrestricted)
            let client = CurlClient(configuration: configuration, reactor: reactor, logger: Logger(label: "test"))
            _ = try await client.execute(OutgoingRequest(url: server.url))
        }
        #expect(await server.peerCloses(0))
        reactor.stop()
    }
}
