import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Answers like the gateway's model routes, with what a test puts into it.
final class FakeGateway: Sendable {
    struct Behaviour: Sendable {
        var models: [String] = ["chat-small"]
        /// What the model writes.
        var reply = ""
        /// How a streamed reply ends: `[DONE]`, or broken off.
        var isBroken = false
        var status = HTTPResponse.Status.ok
        var embeddingStatus = HTTPResponse.Status.ok
    }

    private let state = Mutex(Behaviour())
    private let count = Mutex<[String: Int]>([:])

    var behaviour: Behaviour {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func calls(_ path: String) -> Int { count.withLock { $0[path] ?? 0 } }

    /// Runs `body` with the URL of a running gateway.
    static func run<Value: Sendable>(
        _ behaviour: Behaviour, _ body: @escaping @Sendable (FakeGateway, String) async throws -> Value
    ) async throws -> Value {
        let gateway = FakeGateway()
        gateway.behaviour = behaviour
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: gateway.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "fake-gateway") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            group.addTask { try await body(gateway, "http://127.0.0.1:\(port)") }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("v1/models") { _, _ in
            let models = self.behaviour.models.map { #"{"id":"\#($0)","object":"model"}"# }
            return Self.json(#"{"object":"list","data":[\#(models.joined(separator: ","))]}"#)
        }
        router.post("v1/chat/completions") { request, _ in
            self.count.withLock { $0["chat", default: 0] += 1 }
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            return self.chat(streams: body.contains(#""stream":true"#))
        }
        router.post("v1/embeddings") { request, _ in
            self.count.withLock { $0["embeddings", default: 0] += 1 }
            let body = try await request.body.collect(upTo: 1 << 24)
            return try self.embeddings(Data(Array(buffer: body)))
        }
        return router
    }

    private func chat(streams: Bool) -> Response {
        let now = behaviour
        guard now.status == .ok else {
            return Self.json(#"{"error":{"message":"no","type":"server_error"}}"#, status: now.status)
        }
        let usage = #""usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}"#
        @Sendable func text(_ value: String) -> String {
            String(decoding: (try? JSONEncoder().encode(value)) ?? Data(), as: UTF8.self)
        }
        guard streams else {
            let choice = #"{"index":0,"message":{"role":"assistant","content":\#(text(now.reply))}}"#
            return Self.json(#"{"id":"1","model":"chat-small","choices":[\#(choice)],\#(usage)}"#)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                for word in now.reply.split(separator: " ", omittingEmptySubsequences: false) {
                    let delta =
                        #"{"choices":[{"index":0,"delta":{"content":\#(text("\(word) "))}}],"model":"chat-small"}"#
                    try await writer.write(ByteBuffer(string: "data: \(delta)\n\n"))
                }
                if !now.isBroken {
                    try await writer.write(ByteBuffer(string: "data: {\"choices\":[],\(usage)}\n\ndata: [DONE]\n\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// A vector in which each letter has a place, so that like words are near each other.
    private func embeddings(_ body: Data) throws -> Response {
        struct Request: Decodable {
            var input: [String]
        }
        let status = behaviour.embeddingStatus
        guard status == .ok else { return Self.json(#"{"error":{"message":"no"}}"#, status: status) }
        let vectors = try JSONDecoder().decode(Request.self, from: body).input.enumerated().map { index, text in
            var vector = [Float](repeating: 0.01, count: 26)
            for letter in text.lowercased().utf8 where (97...122).contains(letter) { vector[Int(letter) - 97] += 1 }
            return #"{"index":\#(index),"embedding":[\#(vector.map(\.description).joined(separator: ","))]}"#
        }
        return Self.json(#"{"model":"embed","data":[\#(vectors.joined(separator: ","))]}"#)
    }

    private static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
