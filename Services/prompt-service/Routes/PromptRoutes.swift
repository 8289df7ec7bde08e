import Contracts
import Hummingbird
import ServiceKit

/// `/v1/prompts`: the templates that are in use, and rendering.
struct PromptRoutes: Sendable {
    let library: PromptLibrary
    let log: PromptLog

    func add(to group: RouterGroup<CallerContext>) {
        group.get("prompts", use: list)
        group.post("prompts", use: create)
        group.get("prompts/:name", use: read)
        group.delete("prompts/:name", use: delete)
        group.post("prompts/:name/render", use: render)
    }

    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let page = try PageRequest(request)
        try context.caller.require(.promptsRead)
        let after = try page.position(String.self)
        let prompts = try await library.list(limit: page.limit + 1, after: after, in: context.scope)
        return try .json(Page(reading: prompts, limit: page.limit) { $0.name })
    }

    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        let draft = try await request.decodeBody(as: PromptDraft.self, context: context)
        try context.caller.require(.promptsWrite)
        guard let name = draft.name else { throw APIError.invalid("name", "is required") }
        try PromptName.check(name)
        let version = try await library.store.add(
            .init(
                name: name, prompt: ParsedPrompt(draft.messages), description: draft.description,
                activates: draft.activate ?? true, author: context.caller.actor, mustBeNew: true), in: context.scope
        ) { try await log.record("prompt.create", name, version: $0, by: context) }
        return try .json(version, status: .created)
    }

    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        try context.caller.require(.promptsRead)
        return try .json(try await library.current(name, in: context.scope))
    }

    @Sendable private func delete(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        try context.caller.require(.promptsWrite)
        let isDeleted = try await library.store.delete(name, in: context.scope) {
            try await log.record("prompt.delete", name, version: $0, by: context)
        }
        guard isDeleted else { throw APIError.notFound("prompt") }
        return .noContent
    }

    @Sendable private func render(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        let input = try await request.decodeBody(as: RenderRequest.self, context: context)
        try context.caller.require(.promptsRender)
        return try .json(try await library.render(name, input, in: context.scope))
    }
}
