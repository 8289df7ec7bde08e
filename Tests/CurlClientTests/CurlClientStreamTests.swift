import Support
import Testing

@testable import CurlClient

@Suite("Streamed answers")
struct CurlClientStreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    private func read(_ body: ResponseBodyStream) async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await chunk in body { all += chunk }
        return all
    }

    @Test("the head comes before the body is complete, and the rest follows")
    func headFirst() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send(Self.head + "one"), .awaitRelease, .send("two"),
        ])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "text/event-stream")
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("one".utf8))
            server.release()
            #expect(try await iterator.next() == Array("two".utf8))
            #expect(try await iterator.next() == nil)
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("an empty body ends at once", arguments: ["204 No Content", "200 OK\r\nContent-Length: 0"])
    func empty(status: String) async throws {
        let server = try ScriptedTCPServer([.answerEach("HTTP/1.1 \(status)\r\n\r\n")])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            #expect(try await read(response.body).isEmpty)
        }
    }

    @Test("chunks of the wire are joined when the reader is late, and nothing is lost")
    func chunked() async throws {
        let chunks = (0..<1_000).map { "3\r\n\(100 + $0 % 900)\r\n" }.joined()
        let server = try ScriptedTCPServer([
            .receiveRequest, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"),
            .awaitPeerClose,
        ])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            let expected = (0..<1_000).map { "\(100 + $0 % 900)" }.joined()
            #expect(try await read(response.body) == Array(expected.utf8))
        }
    }

    @Test("a body that breaks off gives what came and then throws")
    func broken() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), .pause(.milliseconds(30)),
            .reset,
        ])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() == Array("hello".utf8))
            let error = await #expect(throws: CurlError.self) { try await iterator.next() }
            #expect(error?.code == .transferBroken)
        }
    }

    @Test("a slow reader holds the sender back and loses nothing")
    func backPressure() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), .sendForever,
        ])
        let bound = 64 << 10
        try await withClient({ $0.streamBufferBytes = bound }) { client async throws in
            var request = OutgoingRequest(url: server.url, deadline: .seconds(60))
            request.maximumResponseBytes = .max
            let response = try await client.stream(request)
            // The sender stands still once the sockets' buffers are full.
            var before = -1
            while before != server.sentBytes(0) {
                before = server.sentBytes(0)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(before < 32 << 20)
            var received = 0
            for try await chunk in response.body {
                #expect(chunk.count <= bound + 16 << 10)
                #expect(chunk.allSatisfy { $0 == UInt8(ascii: "x") })
                received += chunk.count
                if received > before + 8 << 20 { break }
            }
            #expect(server.sentBytes(0) > before)
        }
        #expect(await server.peerCloses(0))
    }

    @Test("a stream past the bound for bodies fails")
    func tooLarge() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head), .sendForever])
        try await withClient { client async throws in
            let request = OutgoingRequest(url: server.url, maximumResponseBytes: 1 << 20)
            let response = try await client.stream(request)
            var received = 0
            let error = await #expect(throws: CurlError.self) {
                for try await chunk in response.body { received += chunk.count }
            }
            #expect(error?.code == .bodyTooLarge)
            #expect(received <= 1 << 20)
        }
    }

    @Test("a reader that holds the transfer back is not idle, but the deadline holds")
    func heldBack() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head), .sendForever])
        try await withClient({ $0.streamBufferBytes = 1_024 }) { client async throws in
            var request = OutgoingRequest(url: server.url, deadline: .milliseconds(600), idleTimeout: .milliseconds(50))
            request.maximumResponseBytes = .max
            let response = try await client.stream(request)
            var iterator = response.body.makeAsyncIterator()
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await iterator.next() != nil)
            let error = await #expect(throws: CurlError.self) {
                while try await iterator.next() != nil { try await Task.sleep(for: .milliseconds(100)) }
            }
            #expect(error?.code == .timeout(.total))
        }
    }

    @Test("dropping a stream closes the transfer")
    func dropped() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head), .sendForever])
        try await withClient { client async throws in
            _ = try await client.stream(OutgoingRequest(url: server.url))
            #expect(await server.peerCloses(0))
            #expect(await server.happens { client.transfersUnderWay == 0 })
        }
    }

    @Test("a stream that is cancelled closes the transfer though it is still held")
    func cancelled() async throws {
        let server = try ScriptedTCPServer([.receiveRequest, .send(Self.head), .sendForever])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            var iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next() != nil)
            response.body.cancel()
            #expect(await server.peerCloses(0))
            await #expect(throws: CurlError.self) {
                while try await iterator.next() != nil {}
            }
        }
    }

    @Test("a stream that is read to its end leaves its connection for the next")
    func reuse() async throws {
        let server = try ScriptedTCPServer([.answerEach("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")])
        try await withClient { client async throws in
            for _ in 0..<20 {
                let response = try await client.stream(OutgoingRequest(url: server.url))
                #expect(try await read(response.body) == Array("ok".utf8))
            }
        }
        #expect(server.connectionCount == 1)
    }

    @Test("a second reader at the same time is refused, and the first goes on")
    func twoReaders() async throws {
        let server = try ScriptedTCPServer([
            .receiveRequest, .send(Self.head), .pause(.milliseconds(300)), .send("end"),
        ])
        try await withClient { client async throws in
            let response = try await client.stream(OutgoingRequest(url: server.url))
            let outcomes = await withTaskGroup(of: [UInt8]?.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var iterator = response.body.makeAsyncIterator()
                        return try? await iterator.next()
                    }
                }
                return await group.reduce(into: [[UInt8]?]()) { $0.append($1) }
            }
            #expect(outcomes.contains(Array("end".utf8)))
            #expect(outcomes.contains(nil))
        }
    }
}
