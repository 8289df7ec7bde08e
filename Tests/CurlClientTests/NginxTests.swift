import Foundation
import Support
import Testing

@testable import CurlClient

@Suite("Requests against nginx, plain and over TLS with HTTP/2")
struct NginxTests {
    private static let locations = """
        location = /protocol { return 200 "$server_protocol $connection"; }
        location /files/ { alias $directory/; }
        location /slow/ { alias $directory/; limit_rate 100k; }
        """

    private func withServer(_ body: (NginxServer) async throws -> Void) async throws {
        let server = try NginxServer(locations: Self.locations)
        #expect(await server.isReady())
        try await body(server)
    }

    /// Protocol and connection number of one answer.
    private func ask(_ client: CurlClient, _ url: String) async throws -> (version: String, connection: String) {
        let response = try await client.execute(OutgoingRequest(url: url + "/protocol"))
        let parts = String(decoding: response.body, as: UTF8.self).split(separator: " ").map(String.init)
        return (try #require(parts.first), try #require(parts.last))
    }

    @Test("HTTP/2 is used where TLS offers it, and HTTP/1.1 without TLS")
    func version() async throws {
        try await withServer { server async throws in
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                #expect(try await ask(client, server.tlsURL).version == "HTTP/2.0")
                #expect(try await ask(client, server.plainURL).version == "HTTP/1.1")
            }
        }
    }

    @Test("concurrent requests share one HTTP/2 connection")
    func multiplexing() async throws {
        try await withServer { server async throws in
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                let first = try await ask(client, server.tlsURL).connection
                let others = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<50 { group.addTask { try await ask(client, server.tlsURL).connection } }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(others == [first])
            }
        }
    }

    @Test("a thousand requests, 32 at a time, use no more than 32 connections")
    func reuse() async throws {
        try await withServer { server async throws in
            try await withClient { client async throws in
                let connections = try await withThrowingTaskGroup(of: Set<String>.self) { group in
                    for _ in 0..<32 {
                        group.addTask {
                            var seen: Set<String> = []
                            for _ in 0..<32 { seen.insert(try await ask(client, server.plainURL).connection) }
                            return seen
                        }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
                }
                #expect(connections.count <= 32)
            }
        }
    }

    @Test("a certificate of an unknown authority is refused before anything is sent")
    func unknownAuthority() async throws {
        try await withServer { server async throws in
            try await withClient { client async throws in
                let error = await #expect(throws: CurlError.self) { try await ask(client, server.tlsURL) }
                #expect(error?.code == .tls)
                #expect(error?.requestMayHaveBeenSent == false)
            }
        }
    }

    @Test("a certificate for another name is refused")
    func wrongName() async throws {
        try await withServer { server async throws in
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                let url = "https://127.0.0.1:\(server.tlsPort)"
                let error = await #expect(throws: CurlError.self) { try await ask(client, url) }
                #expect(error?.code == .tls)
            }
        }
    }

    @Test("a plain server is no TLS server, and the other way round")
    func wrongProtocol() async throws {
        try await withServer { server async throws in
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                let error = await #expect(throws: CurlError.self) {
                    try await ask(client, "https://localhost:\(server.plainPort)")
                }
                #expect(error?.code == .tls)
                let plain = try await client.execute(OutgoingRequest(url: "http://localhost:\(server.tlsPort)/"))
                #expect(plain.status == 400)
            }
        }
    }

    @Test("a large body arrives whole at a reader that is slow now and then", arguments: [false, true])
    func largeBody(usesTLS: Bool) async throws {
        try await withServer { server async throws in
            let content = Data((0..<12 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) })
            try server.write(content, as: "large")
            try await withClient({
                $0.certificateAuthorityFile = server.authorityFile
                $0.streamBufferBytes = 64 << 10
            }) { client async throws in
                let url = (usesTLS ? server.tlsURL : server.plainURL) + "/files/large"
                let response = try await client.stream(OutgoingRequest(url: url, deadline: .seconds(60)))
                var received = Data()
                var reads = 0
                for try await chunk in response.body {
                    received.append(contentsOf: chunk)
                    reads += 1
                    if reads.isMultiple(of: 20) { try await Task.sleep(for: .milliseconds(2)) }
                }
                #expect(received == content)
                let whole = try await client.execute(OutgoingRequest(url: url, deadline: .seconds(60)))
                #expect(whole.body.count == content.count)
            }
        }
    }

    @Test("cancelling one HTTP/2 stream leaves the connection to the others")
    func cancelStream() async throws {
        try await withServer { server async throws in
            try server.write(Data(repeating: 1, count: 4 << 20), as: "large")
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                let before = try await ask(client, server.tlsURL).connection
                let response = try await client.stream(OutgoingRequest(url: server.tlsURL + "/slow/large"))
                var iterator = response.body.makeAsyncIterator()
                #expect(try await iterator.next() != nil)
                let task = Task { while try await iterator.next() != nil {} }
                task.cancel()
                await #expect(throws: CurlError.self) { try await task.value }
                #expect(try await ask(client, server.tlsURL).connection == before)
            }
        }
    }

    @Test("a server that is killed in the middle of a body breaks the transfer", arguments: [false, true])
    func killed(usesTLS: Bool) async throws {
        try await withServer { server async throws in
            try server.write(Data(repeating: 1, count: 4 << 20), as: "large")
            try await withClient({ $0.certificateAuthorityFile = server.authorityFile }) { client async throws in
                let url = (usesTLS ? server.tlsURL : server.plainURL) + "/slow/large"
                let response = try await client.stream(OutgoingRequest(url: url))
                var iterator = response.body.makeAsyncIterator()
                #expect(try await iterator.next() != nil)
                server.kill()
                let error = await #expect(throws: CurlError.self) {
                    while try await iterator.next() != nil {}
                }
                #expect(error?.code == .transferBroken)
                let after = await #expect(throws: CurlError.self) {
                    try await client.execute(OutgoingRequest(url: url))
                }
                #expect(after?.code == .connectFailed)
            }
        }
    }
}
