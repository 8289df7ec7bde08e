import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `/v1/documents` and `/v1/knowledge-bases`
struct DocumentRoutes: Sendable {
    let store: DocumentStore
    let reader: DocumentRequestReader
    let journal: Journal

    func add(to router: some RouterMethods<CallerContext>) {
        router.post("v1/documents", use: create)
        router.get("v1/documents", use: list)
        router.get("v1/documents/:id", use: show)
        router.get("v1/documents/:id/text", use: text)
        router.put("v1/documents/:id", use: replace)
        router.delete("v1/documents/:id", use: delete)
        router.get("v1/knowledge-bases", use: knowledgeBases)
    }

    /// 202: the document is stored and will be indexed, whatever happens to this process.
    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsWrite)
        let submission = try await reader.submission(from: request, context)
        let draft = try APIError.accepting { () throws(DocumentRejection) in
            try DocumentDraft(submission, limits: reader.limits)
        }
        let key = try reader.idempotencyKey(of: request)
        let id = DocumentID()
        let receipt = try await store.create(draft, id: id, idempotencyKey: key, by: context.caller, at: Date())
        if receipt.id == id { try await audit("document.create", id, context) }
        return try .json(receipt, status: .accepted)
    }

    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        let page = try PageRequest(request)
        let knowledgeBase = request.uri.queryParameters["knowledge_base"].map { String($0) }
        if knowledgeBase?.utf8.contains(0) ?? false { throw APIError.invalid("knowledge_base", "is not a name") }
        let documents = try await store.documents(
            after: try page.position(DocumentID.self), knowledgeBase: knowledgeBase, limit: page.limit + 1,
            in: context.scope)
        return try .json(Page(reading: documents, limit: page.limit, position: \.id))
    }

    @Sendable private func show(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        let id: DocumentID = try context.identifier()
        guard let document = try await store.document(id, in: context.scope) else {
            throw APIError.notFound("document")
        }
        return try .json(document)
    }

    /// The stored text that offsets of citations count in.
    @Sendable private func text(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        let id: DocumentID = try context.identifier()
        guard let (content, type) = try await store.activeContent(of: id, in: context.scope) else {
            throw APIError.notFound("document")
        }
        return .text(ParsedText.parse(content, as: type).text)
    }

    @Sendable private func replace(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsWrite)
        let id: DocumentID = try context.identifier()
        guard let existing = try await store.document(id, in: context.scope) else {
            throw APIError.notFound("document")
        }
        let submission = try await reader.submission(from: request, context)
        let draft = try APIError.accepting { () throws(DocumentRejection) in
            try DocumentDraft(submission, replacing: existing, limits: reader.limits)
        }
        guard let result = try await store.replace(id, with: draft, by: context.caller, at: Date()) else {
            throw APIError.notFound("document")
        }
        if result.isChanged { try await audit("document.update", id, context) }
        return try .json(result.receipt, status: .accepted)
    }

    @Sendable private func delete(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsWrite)
        let id: DocumentID = try context.identifier()
        guard try await store.delete(id, in: context.scope) else { throw APIError.notFound("document") }
        try await audit("document.delete", id, context)
        return .noContent
    }

    @Sendable private func knowledgeBases(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        return try .json(KnowledgeBaseList(data: try await store.knowledgeBases(in: context.scope)))
    }

    private func audit(
        _ action: String, _ id: DocumentID, _ context: CallerContext
    ) async throws {
        let record = AuditRecord(
            id: AuditEventID(), tenant: context.scope.tenant, occurredAt: Date(), service: .ragService,
            action: action, outcome: .success, actor: context.caller.actor, requestID: context.requestID,
            target: "document:\(id)")
        try await journal.append(audit: [record])
    }
}
