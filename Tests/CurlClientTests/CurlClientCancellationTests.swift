import Support
import Testing

@testable import CurlClient

@Suite("Cancellation")
struct CurlClientCancellationTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"

    private func code(of task: Task<some Sendable, any Error>) async -> CurlError.Code? {
        do {
            _ = try await task.value
            return nil
        } catch {
            return (error as? CurlError)?.code
        }
    }

    @Test("a task that is cancelled before it starts opens no socket")
    func beforeStart() async throws {
        let server = try ScriptedTCPServer([.awaitPeerClose])
        try await withClient { client async throws in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await client.execute(OutgoingRequest(url: server.url))
            }
            task.cancel()
            #expect(await code(of: task) == .cancelled)
            #expect(client.transfersUnderWay == 0)
        }
        #expect(server.connectionCount == 0)
    }

    @Test("cancelling while the handshake hangs closes the connection")
    func inHandshake() async throws {
        let server = try ScriptedTCPServer([.awaitPeerClose])
        try await withClient { client async throws in
            let url = server.url.replacing("http:", with: "https:")
            let task = Task { try await client.execute(OutgoingRequest(url: url)) }
            #expect(await server.happens { server.connectionCount == 1 })
            task.cancel()
            #expect(await code(of: task) == .cancelled)
            #expect(await server.peerCloses(0))
        }
    }

    @Test("cancelling while a request waits for its answer closes the connection", arguments: [false, true])
    func beforeHead(isStreaming: Bool) async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .awaitPeerClose])
        try await withClient { client async throws in
            let request = OutgoingRequest(url: server.url)
            let task = Task {
                if isStreaming { _ = try await client.stream(request) } else { _ = try await client.execute(request) }
            }
            #expect(await server.happens { server.received(0).hasSuffix("\r\n\r\n") })
            task.cancel()
            #expect(await code(of: task) == .cancelled)
            #expect(await server.peerCloses(0))
            #expect(await server.happens { client.transfersUnderWay == 0 })
        }
    }

    @Test("cancelling in the middle of a body closes the connection")
    func inBody() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head + "hello"), .awaitPeerClose])
        try await withClient { client async throws in
            let task = Task { try await client.execute(OutgoingRequest(url: server.url)) }
            #expect(await server.happens { server.sentBytes(0) > 0 })
            task.cancel()
            #expect(await code(of: task) == .cancelled)
            #expect(await server.peerCloses(0))
        }
    }

    @Test("cancelling a reader that waits for a chunk closes the connection")
    func inRead() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head + "hello"), .awaitPeerClose])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            let task = Task {
                for try await _ in response.body {}
            }
            try await Task.sleep(for: .milliseconds(50))
            task.cancel()
            #expect(await code(of: task) == .cancelled)
            #expect(await server.peerCloses(0))
            #expect(await server.happens { client.transfersUnderWay == 0 })
        }
    }

    @Test("cancelling a transfer that its reader holds back closes the connection")
    func whilePaused() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), .sendForever,
        ])
        try await withClient({ $0.streamBufferBytes = 1_024 }) { client async throws in
            let task = Task {
                let response = try await client.stream(OutgoingRequest(url: server.url))
                try await Task.sleep(for: .seconds(60))
                _ = response
            }
            #expect(await server.happens { server.sentBytes(0) > 100_000 })
            task.cancel()
            _ = await code(of: task)
            #expect(await server.peerCloses(0))
        }
    }

    @Test("cancelled at any moment, a request ends once and leaves nothing behind")
    func anyMoment() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        let server = try ScriptedTCPServer([.answerEach(answer)])
        try await withClient { client async throws in
            for round in 0..<300 {
                let isStreaming = round.isMultiple(of: 2)
                let task = Task {
                    let request = OutgoingRequest(url: server.url)
                    guard isStreaming else { return try await client.execute(request).body.count }
                    var count = 0
                    for try await chunk in try await client.stream(request).body { count += chunk.count }
                    return count
                }
                for _ in 0..<(round % 40) { await Task.yield() }
                task.cancel()
                let outcome = await code(of: task)
                #expect(outcome == nil || outcome == .cancelled)
            }
            #expect(await server.happens { client.transfersUnderWay == 0 })
            let response = try await client.execute(OutgoingRequest(url: server.url))
            #expect(response.body == Array("ok".utf8), "the client still works")
        }
    }

    @Test("cancelling one of many leaves the others alone")
    func oneOfMany() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .pause(.milliseconds(100)), .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ])
        try await withClient { client async throws in
            let tasks = (0..<20).map { _ in Task { try await client.execute(OutgoingRequest(url: server.url)).status } }
            try await Task.sleep(for: .milliseconds(20))
            for index in stride(from: 0, to: 20, by: 2) { tasks[index].cancel() }
            for index in stride(from: 1, to: 20, by: 2) { #expect(try await tasks[index].value == 200) }
        }
    }
}
