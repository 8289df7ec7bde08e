import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `/v1/knowledge-settings`
struct SettingsRoutes: Sendable {
    let store: SettingsStore
    let journal: Journal

    func add(to router: some RouterMethods<CallerContext>) {
        router.get("v1/knowledge-settings", use: show)
        router.put("v1/knowledge-settings", use: replace)
    }

    @Sendable private func show(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.settingsRead)
        return try .json(try await store.settings(in: context.scope))
    }

    @Sendable private func replace(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.settingsWrite)
        let settings = try await request.decodeBody(
            as: KnowledgeSettings.self, context: context, maximumBytes: BodyLimit.small)
        if let model = settings.embeddingModel, model.isEmpty || model.utf8.count > 200 || model.utf8.contains(0) {
            throw APIError.invalid("embedding_model", "must be the name of a model")
        }
        try await store.replace(settings, in: context.scope, at: Date())
        let record = AuditRecord(
            id: AuditEventID(), tenant: context.scope.tenant, occurredAt: Date(), service: .ragService,
            action: "knowledge_settings.update", outcome: .success, actor: context.caller.actor,
            requestID: context.requestID, details: ["embedding_model": settings.embeddingModel ?? "none"])
        try await journal.append(audit: [record])
        return try .json(settings)
    }
}
