import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit

/// The routes that mirror vendors' interfaces.
struct ModelRoutes: Sendable {
    let gateway: ModelGateway

    /// The routes that mirror Anthropic's interface.
    func addAnthropic(to group: RouterGroup<CallerContext>) {
        group.post("messages") { request, context in try await call(.anthropicMessages, request, context) }
    }

    /// The routes that mirror OpenAI's interface.
    func addOpenAI(to group: RouterGroup<CallerContext>) {
        group.post("responses") { request, context in try await call(.openAIResponses, request, context) }
        group.post("chat/completions") { request, context in try await call(.openAIChat, request, context) }
        group.post("embeddings") { request, context in try await call(.openAIEmbeddings, request, context) }
        group.get("models", use: list)
        group.get("models/**", use: show)
    }

    private func call(
        _ dialect: ModelDialect, _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        // What clients send, told apart from all else without taking it apart.
        if request.headers[.contentType] != "application/json" { try request.requireContentType("application/json") }
        let body = try await request.collectBytes(maximumBytes: BodyLimit.large)
        return try await gateway.answer(dialect, body: body, headers: request.headers, origin: CallOrigin(context))
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        try .json(ModelList(data: try await models(context)))
    }

    private func show(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = context.parameters.getCatchAll().joined(separator: "/").removingPercentEncoding ?? ""
        guard let model = try await models(context).first(where: { $0.id == name }) else {
            throw OpenAIError.modelNotFound(String(name.prefix(ModelRequest.maximumNameBytes)))
        }
        return try .json(model)
    }

    private func models(_ context: CallerContext) async throws -> [ModelList.Model] {
        try PermissionTable.require(.modelsUse, of: context.caller)
        guard let profile = try await gateway.tenants.profile(in: context.scope) else {
            throw APIError.notFound("tenant")
        }
        // When a model was made is not known; clients only need a number to be there.
        return profile.routes.names.map { ModelList.Model(id: $0.model, created: 0, ownedBy: $0.owner) }
    }
}

extension CallOrigin {
    fileprivate init(_ context: CallerContext) {
        self.init(caller: context.caller, operationID: context.operationID, logger: CallLog(context.logger))
    }
}
