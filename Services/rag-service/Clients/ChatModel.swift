import Contracts
import CurlClient
import Foundation
import ServiceKit

/// Calls a tenant's chat model through the gateway, which holds the provider's key, the budget and the meter.
struct ChatModel: Sendable {
    let client: ServiceClient

    /// Time for one answer, its last word included.
    private static let deadline = Duration.seconds(120)
    /// Some 600 words: an answer, not an essay.
    private static let maximumTokens = 800

    struct Reply: Sendable, Equatable {
        var text: String
        var model: String
        var usage: AnswerUsage
    }

    private struct Request: Encodable {
        struct Message: Encodable {
            var role: String
            var content: String
        }
        struct StreamOptions: Encodable {
            var includeUsage = true
        }
        var model: String
        var messages: [Message]
        var temperature = 0.0
        var maxTokens = ChatModel.maximumTokens
        var stream: Bool
        var streamOptions: StreamOptions?

        init(model: String, prompt: GroundedPrompt, stream: Bool) {
            self.model = model
            messages = [Message(role: "system", content: prompt.system), Message(role: "user", content: prompt.user)]
            self.stream = stream
            streamOptions = stream ? StreamOptions() : nil
        }
    }

    struct Usage: Decodable {
        var promptTokens: Int64?
        var completionTokens: Int64?

        var total: AnswerUsage {
            AnswerUsage(promptTokens: promptTokens ?? 0, completionTokens: completionTokens ?? 0)
        }
    }

    private struct Completion: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable {
                var content: String?
            }
            var message: Message
        }
        var model: String?
        var choices: [Choice]
        var usage: Usage?
    }

    func reply(to prompt: GroundedPrompt, model: String, for caller: Caller) async throws -> Reply {
        let completion: Completion = try await client.call(
            .gateway, "POST", "/v1/chat/completions", body: Request(model: model, prompt: prompt, stream: false),
            as: caller, isIdempotent: false, deadline: Self.deadline)
        guard let text = completion.choices.first?.message.content, !text.isEmpty else {
            throw APIError(.upstreamFailed, "the model gave no answer")
        }
        return Reply(
            text: text, model: completion.model ?? model,
            usage: completion.usage?.total ?? AnswerUsage(promptTokens: 0, completionTokens: 0))
    }

    /// Begins a streamed reply; an error of the gateway is thrown here, before anything was said.
    func stream(_ prompt: GroundedPrompt, model: String, for caller: Caller) async throws -> ChatStream {
        let body = try WireFormat.encoder().encode(Request(model: model, prompt: prompt, stream: true))
        let answer = try await client.stream(
            .gateway, "POST", "/v1/chat/completions", json: Array(body), as: .caller(caller),
            deadline: Self.deadline)
        return ChatStream(model: model, body: answer.body)
    }
}
