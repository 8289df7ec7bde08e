import Contracts
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// An answer as server-sent events: `delta` for each piece, then `answer` with the whole, or `error`.
struct AnswerStream: Sendable {
    let answerer: Answerer
    let question: Answerer.Question
    let caller: Caller
    let logger: Logger

    /// What can fail before the first word fails here, as a problem with its own status.
    func response() async throws -> Response {
        let prepared = try await answerer.prepare(question, for: caller)
        guard let model = prepared.model, let prompt = prepared.prompt else {
            let answer = try await answerer.extractive(prepared, for: caller)
            return Self.events { writer in
                try await Self.send("delta", AnswerDelta(text: answer.answer), to: &writer)
                try await Self.send("answer", answer, to: &writer)
            }
        }
        let stream = try await answerer.chat.stream(prompt, model: model, for: caller)
        return Self.events { writer in
            do {
                var pieces = writer
                let reply = try await stream.read { text in
                    try await Self.send("delta", AnswerDelta(text: text), to: &pieces)
                }
                try await Self.send(
                    "answer", try await answerer.finish(reply, prepared, for: caller), to: &pieces)
            } catch {
                await answerer.record.failure(prepared, for: caller, logger)
                logger.warning("a streamed answer broke off", metadata: ["error": .string("\(error)")])
                let failure = error as? APIError ?? APIError(.internalError)
                try await Self.send("error", failure.problem(requestID: caller.requestID), to: &writer)
            }
        }
    }

    private static func events(
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await write(&writer)
                try await writer.finish(nil)
            })
    }

    private static func send(
        _ event: String, _ value: some Encodable, to writer: inout any ResponseBodyWriter
    ) async throws {
        let data = try WireFormat.encoder().encode(value)
        var buffer = ByteBuffer(string: "event: \(event)\ndata: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
        try await writer.write(buffer)
    }
}
