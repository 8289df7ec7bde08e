import Contracts
import ServiceKit

/// What a tenant sees: its own templates over the platform's.
struct PromptLibrary: Sendable {
    let store: TemplateStore

    /// What is in use under a name.
    /// - Throws: 404 when neither the tenant nor the platform has it.
    func current(_ name: String, in scope: TenantScope) async throws -> PromptSummary {
        let own = try await store.find(name, in: scope)
        guard let summary = try Self.summary(name, own) else { throw APIError.notFound("prompt") }
        return summary
    }

    /// All that are in use, by name, after `name`.
    func list(limit: Int, after name: String?, in scope: TenantScope) async throws -> [PromptSummary] {
        var names = Set(PlatformPrompts.all.keys.filter { name == nil || $0 > name ?? "" })
        var own: [String: StoredTemplate] = [:]
        for template in try await store.list(limit: limit, after: name, in: scope) {
            names.insert(template.name)
            own[template.name] = template
        }
        return try names.sorted().prefix(limit).compactMap { name in try Self.summary(name, own[name]) }
    }

    /// - Throws: 404 for an unknown template or version, 422 for a variable too few or too many.
    func render(_ name: String, _ request: RenderRequest, in scope: TenantScope) async throws -> RenderedPrompt {
        guard let wanted = request.version else {
            let current = try await current(name, in: scope)
            let messages = try ParsedPrompt(current.messages).render(request.variables)
            return RenderedPrompt(name: name, source: current.source, version: current.version, messages: messages)
        }
        guard let version = try await store.version(wanted, of: name, in: scope) else {
            throw APIError.notFound("version of this prompt")
        }
        let messages = try ParsedPrompt(version.messages).render(request.variables)
        return RenderedPrompt(name: name, source: .tenant, version: wanted, messages: messages)
    }

    private static func summary(_ name: String, _ own: StoredTemplate?) throws -> PromptSummary? {
        if let own, let active = own.active {
            let variables = try ParsedPrompt(active.messages).variables
            return PromptSummary(
                name: name, source: .tenant, version: active.version, messages: active.messages, variables: variables,
                latestVersion: own.latestVersion)
        }
        guard let standard = PlatformPrompts.all[name] else { return nil }
        return PromptSummary(
            name: name, source: .platform, version: standard.version, messages: standard.messages,
            variables: try ParsedPrompt(standard.messages).variables, latestVersion: own?.latestVersion ?? 0)
    }
}
