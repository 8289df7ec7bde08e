import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Postgres
import ServiceKit

/// A whole service in small: what a new service copies, and what the tests of ServiceKit call.
enum NotesService: ServiceDefinition {
    static let name = ServiceName.ragService
    static let migrations = [
        Migration(1, "notes", up: NoteStorage.up, down: ["DROP TABLE rag.notes"]),
        Migration(
            2, "idempotency", up: IdempotencyMigration.up(schema: "rag"),
            down: IdempotencyMigration.down(schema: "rag")),
    ]

    static func build(_ parts: ServiceParts) async throws -> Router<ServiceRequestContext> {
        let router = parts.makeRouter()
        let storage = NoteStorage(pool: parts.pool)
        let idempotency = IdempotencyStore(pool: parts.pool, schema: "rag")
        NoteRoutes(storage: storage, idempotency: idempotency)
            .add(to: router.group("v1/notes", context: CallerContext.self))
        let internalRoutes = router.group("internal/v1", context: ServiceContext.self)
        internalRoutes.get("whoami") { _, context in Response.text(context.issuer.rawValue) }
        internalRoutes.get("billing-only") { _, context in
            try context.require(issuer: .usageBilling)
            return Response.noContent
        }
        router.get("broken") { _, _ -> Response in throw NoteStorage.Broken() }
        router.get("stream") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for word in ["one ", "two ", "three"] { try await writer.write(ByteBuffer(string: word)) }
                    try await writer.finish(nil)
                })
        }
        return router
    }
}

struct NoteDraft: Codable, Sendable {
    struct Attachment: Codable, Sendable {
        var fileName: String
    }

    var title: String
    var attachments: [Attachment]?
}

struct Note: Codable, Sendable, Equatable {
    var id: DocumentID
    var title: String
}

struct NoteRoutes: Sendable {
    let storage: NoteStorage
    let idempotency: IdempotencyStore

    func add(to group: RouterGroup<CallerContext>) {
        group.post(use: create)
        group.get(use: list)
        group.get(":id", use: read)
    }

    @Sendable func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsWrite)
        try request.requireContentType("application/json")
        return try await idempotency.respond(to: request, context: context) { bytes in
            let draft = try JSONBody.decode(NoteDraft.self, from: bytes)
            let note = Note(id: DocumentID(), title: draft.title)
            try await storage.insert(note, in: context.scope)
            return try .json(note, status: .created)
        }
    }

    @Sendable func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        let page = try PageRequest(request)
        let notes = try await storage.list(
            after: try page.position(DocumentID.self), limit: page.limit + 1, in: context.scope)
        return try .json(Page(reading: notes, limit: page.limit, position: \.id))
    }

    @Sendable func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        try context.caller.require(.documentsRead)
        let id = try context.identifier(of: Document.self)
        guard let note = try await storage.note(id, in: context.scope) else { throw APIError.notFound("note") }
        return try .json(note)
    }
}

struct NoteStorage: Sendable {
    struct Broken: Error {}

    let pool: PostgresPool

    func insert(_ note: Note, in scope: TenantScope) async throws {
        _ = try await pool.query(
            """
            INSERT INTO rag.notes (tenant_id, id, title)
            VALUES (\(scope.tenant.uuid), \(note.id.uuid), \(note.title))
            """, in: scope)
    }

    func note(_ id: DocumentID, in scope: TenantScope) async throws -> Note? {
        try await pool.query(
            "SELECT id, title FROM rag.notes WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)", in: scope
        ).first.map(Self.read)
    }

    func list(after id: DocumentID?, limit: Int, in scope: TenantScope) async throws -> [Note] {
        try await pool.query(
            """
            SELECT id, title FROM rag.notes
            WHERE tenant_id = \(scope.tenant.uuid) AND (\(id?.uuid as UUID?)::uuid IS NULL OR id > \(id?.uuid as UUID?))
            ORDER BY id LIMIT \(limit)
            """, in: scope
        ).map(Self.read)
    }

    private static func read(_ row: PostgresRow) throws -> Note {
        Note(
            id: DocumentID(try row.decode("id", as: UUID.self)), title: try row.decode("title", as: String.self))
    }

    static let up = [
        "CREATE TABLE rag.notes (tenant_id uuid NOT NULL, id uuid NOT NULL, title text NOT NULL, PRIMARY KEY (tenant_id, id))",
        "ALTER TABLE rag.notes ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE rag.notes FORCE ROW LEVEL SECURITY",
        """
        CREATE POLICY tenant ON rag.notes
            USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
        """,
        "GRANT SELECT, INSERT ON rag.notes TO rag",
    ]
}
