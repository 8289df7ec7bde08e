import Contracts
import HTTPTypes
import Hummingbird
import Logging
import Observability
import ServiceKit

/// Answers calls to models directly: the same as `ModelRoutes` behind its middleware, without a router, for the plain
/// requests that nearly all are.
struct ModelResponder: DirectResponder {
    private struct Route {
        let path: String
        let dialect: ModelDialect
        /// In whose shape errors are.
        let errors: any ClientDialect.Type
    }

    private static let routes = [
        Route(path: "/v1/chat/completions", dialect: .openAIChat, errors: OpenAIChatDialect.self),
        Route(path: "/v1/embeddings", dialect: .openAIEmbeddings, errors: OpenAIChatDialect.self),
        Route(path: "/v1/messages", dialect: .anthropicMessages, errors: AnthropicMessagesDialect.self),
        Route(path: "/v1/responses", dialect: .openAIResponses, errors: OpenAIChatDialect.self),
    ]

    let authentication: Authentication
    let gateway: ModelGateway
    let logger: Logger

    var maximumBodyBytes: Int { BodyLimit.large }

    /// Requests of other services, with several credentials or of another media type, go to the router.
    func route(of head: DirectRequestHead) -> String? {
        guard let route = Self.routes.first(where: { head.isTarget($0.path) }) else { return nil }
        guard head.has("content-type", "application/json"), head.count("x-asterism-context") == 0,
            head.count("authorization") <= 1, head.count("x-api-key") <= 1
        else { return nil }
        return route.path
    }

    nonisolated(nonsending) func respond(to request: DirectRequest) async -> Response {
        guard let route = Self.routes.first(where: { $0.path == request.route }) else {
            preconditionFailure("only what `route` took is answered")
        }
        let answers = DialectAnswers(route.errors, requestID: request.requestID)
        do {
            return answers.named(try await answer(request, route.dialect))
        } catch {
            return answers.response(to: error, method: .post) { logger(for: request) }
        }
    }

    /// What a call is labelled with, what it asks of the cache, and which interface of Anthropic's it means.
    private static let wanted = ["x-asterism-", "cache-control", "anthropic-"]

    private nonisolated(nonsending) func answer(
        _ request: DirectRequest, _ dialect: ModelDialect
    ) async throws -> Response {
        let fields = request.head.fields(withPrefixes: Self.wanted)
        let caller = try await authentication.caller(
            presenting: Authentication.Credential(
                authorization: request.head.value("authorization"), apiKey: request.head.value("x-api-key")),
            isPriority1: !fields.isEmpty && CallLabels.isPriority1(fields), requestID: request.requestID)
        return try await gateway.answer(
            dialect, body: request.body, headers: fields,
            origin: CallOrigin(
                caller: caller, operationID: request.operationID,
                logger: CallLog(logger, of: request, tenant: caller.tenant)))
    }

    private func logger(for request: DirectRequest) -> Logger {
        var logger = logger
        logger.handler.metadata = [
            "request_id": .string(request.requestID), "trace_id": .string(request.trace.traceID),
        ]
        return logger
    }
}
