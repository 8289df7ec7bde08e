import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/v1/prompts/{name}/versions` and which of them is in use.
struct VersionRoutes: Sendable {
    let library: PromptLibrary
    let log: PromptLog

    func add(to group: RouterGroup<CallerContext>) {
        group.get("prompts/:name/versions", use: list)
        group.post("prompts/:name/versions", use: create)
        group.get("prompts/:name/versions/:version", use: read)
        group.put("prompts/:name/active", use: activate)
    }

    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        let page = try PageRequest(request)
        try context.caller.require(.promptsRead)
        _ = try await library.current(name, in: context.scope)
        let before = try page.position(Int.self)
        let versions = try await library.store.versions(
            of: name, limit: page.limit + 1, before: before, in: context.scope)
        return try .json(Page(reading: versions, limit: page.limit) { $0.version })
    }

    /// A version of the tenant's own template, or its first one over a template of the platform.
    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        let draft = try await request.decodeBody(as: PromptDraft.self, context: context)
        try context.caller.require(.promptsWrite)
        if try await library.store.find(name, in: context.scope) == nil, PlatformPrompts.all[name] == nil {
            throw APIError.notFound("prompt")
        }
        let version = try await library.store.add(
            .init(
                name: name, prompt: ParsedPrompt(draft.messages), description: draft.description,
                activates: draft.activate ?? false, author: context.caller.actor, mustBeNew: false),
            in: context.scope
        ) { try await log.record("prompt.version.create", name, version: $0, by: context) }
        return try .json(version, status: .created)
    }

    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        try context.caller.require(.promptsRead)
        guard let number = context.parameters.get("version").flatMap({ Int($0) }),
            let version = try await library.store.version(number, of: name, in: context.scope)
        else { throw APIError.notFound("version of this prompt") }
        return try .json(version)
    }

    @Sendable private func activate(_ request: Request, _ context: CallerContext) async throws -> Response {
        let name = try context.pathText("name")
        let input = try await request.decodeBody(as: PromptActivation.self, context: context)
        try context.caller.require(.promptsWrite)
        let isActive = try await library.store.activate(input.version, of: name, in: context.scope) {
            try await log.record("prompt.activate", name, version: $0, by: context)
        }
        guard isActive else { throw APIError.notFound("version of this prompt") }
        guard input.version != nil || PlatformPrompts.all[name] != nil else { return .noContent }
        return try .json(try await library.current(name, in: context.scope))
    }
}
