import Contracts
import Foundation
import Logging
import ServiceKit

/// Renders the tenant's version of `answer.grounded`. While prompt-service is away the built-in text, which is the
/// platform's default, takes its place, and the record of the answer says so.
struct PromptRenderer: Sendable {
    let client: ServiceClient
    let logger: Logger

    private struct Request: Encodable {
        var variables: [String: String]
    }

    private struct Rendered: Decodable {
        struct Message: Decodable {
            var role: String
            var content: String
        }
        var messages: [Message]
        var version: Int?
        var name: String?
    }

    func render(question: String, sources: [AnswerSource], for caller: Caller) async -> GroundedPrompt {
        let numbered = GroundedPrompt.numbered(sources)
        do {
            let rendered: Rendered = try await client.call(
                .promptService, "POST", "/v1/prompts/\(GroundedPrompt.template)/render",
                body: Request(variables: ["question": question, "sources": numbered]), as: caller,
                isIdempotent: true, deadline: .seconds(2))
            let system = rendered.messages.filter { $0.role == "system" }.map(\.content).joined(separator: "\n\n")
            let user = rendered.messages.filter { $0.role != "system" }.map(\.content).joined(separator: "\n\n")
            return GroundedPrompt(
                system: system, user: user, version: "\(GroundedPrompt.template):\(rendered.version ?? 0)")
        } catch {
            logger.warning("using the built-in prompt", metadata: ["error": .string("\(error)")])
            return .builtIn(question: question, sources: numbered)
        }
    }
}
