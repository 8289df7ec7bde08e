import Contracts
import CurlClient
import Foundation
import ServiceKit

/// A reply of a chat model on its way. It is whole only if `[DONE]` came.
struct ChatStream: Sendable {
    let model: String
    let body: ResponseBodyStream

    private struct Chunk: Decodable {
        struct Choice: Decodable {
            struct Delta: Decodable {
                var content: String?
            }
            var delta: Delta?
        }
        struct Failure: Decodable {
            var message: String?
        }
        var model: String?
        var choices: [Choice]?
        var usage: ChatModel.Usage?
        var error: Failure?
    }

    /// Calls `onText` with each piece of text.
    ///
    /// - Throws: 502 when the stream ends before it is whole or says that it failed, and whatever `onText` throws.
    func read(_ onText: (String) async throws -> Void) async throws -> ChatModel.Reply {
        var parser = ServerSentEventParser()
        var reply = ChatModel.Reply(
            text: "", model: model, usage: AnswerUsage(promptTokens: 0, completionTokens: 0))
        do {
            for try await bytes in body {
                for event in try parser.feed(bytes) {
                    if event.data == "[DONE]" { return reply }
                    try await take(event, into: &reply, onText)
                }
            }
        } catch let error as CurlError {
            throw APIError(.upstreamFailed, "the model's answer broke off", underlying: error)
        }
        throw APIError(.upstreamFailed, "the model's answer broke off")
    }

    private func take(
        _ event: ServerSentEvent, into reply: inout ChatModel.Reply, _ onText: (String) async throws -> Void
    ) async throws {
        guard let chunk = try? WireFormat.decoder().decode(Chunk.self, from: Data(event.data.utf8)) else {
            throw APIError(.upstreamFailed, "the model's answer cannot be read")
        }
        guard chunk.error == nil, event.event != "error" else {
            throw APIError(.upstreamFailed, "the model failed", internalReason: chunk.error?.message)
        }
        if let model = chunk.model { reply.model = model }
        if let usage = chunk.usage { reply.usage = usage.total }
        if let text = chunk.choices?.first?.delta?.content, !text.isEmpty {
            reply.text += text
            try await onText(text)
        }
    }
}
