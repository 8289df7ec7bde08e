import Foundation
import Support
import Testing

@testable import Gateway

/// Calls to models on real connections, where plain ones are answered before the HTTP server sees them.
@Suite("Direct answers", .serialized)
struct DirectAnswerTests {
    private static let body = #"{"model": "fake-chat", "messages": [{"role": "user", "content": "hi"}]}"#

    private func request(
        _ key: String, _ body: String = DirectAnswerTests.body, path: String = "/v1/chat/completions",
        headers: [String] = []
    ) -> String {
        (["POST \(path) HTTP/1.1", "Host: x", "Authorization: Bearer \(key)", "Content-Type: application/json"]
            + headers
            + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n")
    }

    @Test("a direct answer and one of the HTTP server's have the same status, headers and words, well or ill")
    func alike() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            let cases = [
                (customer.key, Self.body, "/v1/chat/completions"),
                (customer.key, #"{"model": "none", "messages": []}"#, "/v1/chat/completions"),
                (customer.key, "{", "/v1/chat/completions"), ("wrong", Self.body, "/v1/chat/completions"),
                (customer.key, #"{"model": "fake-embedding", "input": "a"}"#, "/v1/embeddings"),
                (customer.key, #"{"model": "fake-chat", "max_tokens": 5, "messages": []}"#, "/v1/messages"),
                ("wrong", "{}", "/v1/messages"),
                (customer.key, #"{"model": "fake-chat", "input": "a"}"#, "/v1/responses"),
            ]
            for (key, body, path) in cases {
                let request = request(key, body, path: path, headers: ["X-Request-Id: r-1"])
                let routed = request.replacing("Host: x", with: "Host: x\r\nConnection: close")
                var connection = try HTTPConversation(port: gateway.port)
                await connection.send(request)
                let direct = try #require(await connection.answer())
                await connection.send(routed)
                let other = try #require(await connection.answer())
                #expect(direct.status == other.status, "\(path): \(direct) \(other)")
                let volatile: Set = ["date", "connection", "content-length"]
                #expect(
                    direct.headers.filter { !volatile.contains($0.key) }
                        == other.headers.filter { !volatile.contains($0.key) })
                #expect(direct.headers["x-request-id"] == "r-1" && direct.headers["date"]?.hasSuffix("GMT") == true)
            }
        }
    }

    @Test("requests sent ahead are answered in order, also among those of other routes, however their bytes come")
    func pipelined() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            let chat = request(customer.key)
            let models = "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(customer.key)\r\n\r\n"
            let stream = request(customer.key, Self.body.replacing("{\"model\"", with: "{\"stream\": true, \"model\""))
            var connection = try HTTPConversation(port: gateway.port)
            await connection.send(chat + models + stream + models)
            for piece in [chat.prefix(200), chat.dropFirst(200).prefix(80), chat.dropFirst(280)] {
                await connection.send(String(piece))
                try await Task.sleep(for: .milliseconds(20))
            }
            var kinds: [String] = []
            for _ in 0..<5 {
                let answer = try #require(await connection.answer())
                #expect(answer.status == 200)
                let words = ["chat.completion.chunk", "\"chat.completion\"", "\"list\""]
                kinds.append(words.first { answer.body.contains($0) } ?? answer.body)
            }
            #expect(
                kinds == [
                    "\"chat.completion\"", "\"list\"", "chat.completion.chunk", "\"list\"", "\"chat.completion\"",
                ])
        }
    }

    @Test("what is sent ahead without end is not taken in without end, and all of it is answered")
    func sentAhead() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            gateway.provider.fail("fault-slow", with: .late(.milliseconds(500)))
            let slow = request(customer.key, Self.body.replacing("fake-chat", with: "fault-slow"))
            let models = "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(customer.key)\r\n\r\n"
            var connection = try HTTPConversation(port: gateway.port)
            // More than is held, behind a request of each kind.
            for first in [slow, models] {
                await connection.send(first + String(repeating: models, count: 1_500))
                for _ in 0...1_500 { #expect(await connection.answer()?.status == 200) }
            }
        }
    }

    @Test("a client that sends nothing more gets its answer, and then the connection ends")
    func halfClosed() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            let chat = request(customer.key)
            var connection = try HTTPConversation(port: gateway.port)
            await connection.send(chat)
            connection.finish()
            #expect(await connection.answer()?.status == 200)
            #expect(await connection.isEnded())
        }
    }

    @Test("a connection on which nothing comes is closed after the idle time, one that is being answered is not")
    func idle() async throws {
        try await LiveGateway.run(settings: ["HTTP_IDLE_TIMEOUT": "1s"]) { gateway in
            let customer = try await gateway.makeCustomer()
            gateway.provider.fail("fault-slow", with: .late(.seconds(3)))
            let slow = request(customer.key, Self.body.replacing("fake-chat", with: "fault-slow"))
            let unfinished = request(customer.key).dropLast(10)
            for text in ["", String(unfinished), "GET /healthz HT"] {
                let connection = try HTTPConversation(port: gateway.port)
                if !text.isEmpty { await connection.send(text) }
                #expect(await connection.isEnded(), "\(text.prefix(20))")
            }
            var connection = try HTTPConversation(port: gateway.port)
            await connection.send(slow)
            #expect(await connection.answer() != nil)
        }
    }

    @Test("a gateway that is told to stop answers the direct calls that it has begun")
    func stop() async throws {
        try await LiveGateway.run { gateway in
            let customer = try await gateway.makeCustomer()
            gateway.provider.fail("fault-slow", with: .late(.seconds(2)))
            let slow = request(customer.key, Self.body.replacing("fake-chat", with: "fault-slow"))
            let before = gateway.provider.arrivals.count
            let connection = try HTTPConversation(port: gateway.port)
            await connection.send(slow)
            try await eventually { gateway.provider.arrivals.count > before }
            try await gateway.end(SIGTERM)
            var answered = connection
            #expect(await answered.answer() != nil)
        }
    }
}
