import Contracts
import Foundation
import HTTPTypes
import Logging
import Postgres
import ServiceKit
import Support
import Testing

/// The example service on a real PostgreSQL.
@Suite("A service on its database")
struct NotesServiceTests {
    private func withNotes(
        _ body: @escaping @Sendable (ServiceTestClient) async throws -> Void
    ) async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "rag_migrator"), schema: "rag", migrations: NotesService.migrations,
                logger: .quiet)
            try await runner.up()
            try await withService(NotesService.self, databaseURL: database.url(role: "rag"), body)
        }
    }

    @Test("what a tenant stores it reads back, and another tenant is told that there is no such thing")
    func tenants() async throws {
        try await withNotes { service async throws in
            let ours = TestTrust.caller(TenantID())
            let created = try await service.call("POST", "/v1/notes", json: #"{"title":"VPN"}"#, as: ours)
            #expect(created.status == 201)
            let note = try created.decode(Note.self)
            #expect(try await service.call("GET", "/v1/notes/\(note.id)", as: ours).decode(Note.self) == note)
            let foreign = try await service.call("GET", "/v1/notes/\(note.id)", as: TestTrust.caller(TenantID()))
            #expect(foreign.status == 404)
            let list = try await service.call("GET", "/v1/notes", as: TestTrust.caller(TenantID()))
            #expect(try list.decode(Page<Note>.self).data.isEmpty)
        }
    }

    @Test("pages continue where the last one ended and cover everything once")
    func pages() async throws {
        try await withNotes { service async throws in
            let caller = TestTrust.caller(TenantID())
            for index in 0..<7 {
                _ = try await service.call("POST", "/v1/notes", json: #"{"title":"\#(index)"}"#, as: caller)
            }
            var titles: [String] = []
            var cursor: String?
            repeat {
                let query = "/v1/notes?limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")
                let page = try await service.call("GET", query, as: caller).decode(Page<Note>.self)
                titles += page.data.map(\.title)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(titles.sorted() == (0..<7).map { "\($0)" })
        }
    }

    @Test("an idempotency key replays the first answer, and refuses another body")
    func idempotency() async throws {
        try await withNotes { service async throws in
            let caller = TestTrust.caller(TenantID())
            let headers = ["Idempotency-Key": "import-17"]
            let first = try await service.call(
                "POST", "/v1/notes", json: #"{"title":"A"}"#, as: caller, headers: headers)
            let again = try await service.call(
                "POST", "/v1/notes", json: #"{"title":"A"}"#, as: caller, headers: headers)
            #expect(first.status == 201 && again.status == 201)
            #expect(first.bytes == again.bytes)
            #expect(again.headers[HTTPField.Name("idempotency-replayed")!] == "true")
            let other = try await service.call(
                "POST", "/v1/notes", json: #"{"title":"B"}"#, as: caller, headers: headers)
            #expect(other.status == 422 && other.problem?.code == .idempotencyConflict)
            let page = try await service.call("GET", "/v1/notes", as: caller).decode(Page<Note>.self)
            #expect(page.data.count == 1)
        }
    }

    @Test("one tenant's idempotency key means nothing to another")
    func idempotencyOfTenants() async throws {
        try await withNotes { service async throws in
            let headers = ["Idempotency-Key": "import-17"]
            for title in ["A", "B"] {
                let answer = try await service.call(
                    "POST", "/v1/notes", json: #"{"title":"\#(title)"}"#, as: TestTrust.caller(TenantID()),
                    headers: headers)
                #expect(answer.status == 201)
            }
        }
    }

    @Test("of many requests at once with one key exactly one does the work")
    func idempotencyRace() async throws {
        try await withNotes { service async throws in
            let caller = TestTrust.caller(TenantID())
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await service.call(
                            "POST", "/v1/notes", json: #"{"title":"A"}"#, as: caller,
                            headers: ["Idempotency-Key": "race"]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 201 || $0 == 409 })
            let page = try await service.call("GET", "/v1/notes", as: caller).decode(Page<Note>.self)
            #expect(page.data.count == 1)
        }
    }

    @Test("an answer that may differ next time is not kept")
    func idempotencyOfFailures() async throws {
        try await withNotes { service async throws in
            let tenant = TenantID()
            let headers = ["Idempotency-Key": "k"]
            let viewer = TestTrust.caller(tenant, roles: [.viewer])
            let refused = try await service.call(
                "POST", "/v1/notes", json: #"{"title":"A"}"#, as: viewer, headers: headers)
            #expect(refused.status == 403)
            let admin = TestTrust.caller(tenant)
            let invalid = try await service.call(
                "POST", "/v1/notes", json: #"{"title":1}"#, as: admin, headers: headers)
            let replayed = try await service.call(
                "POST", "/v1/notes", json: #"{"title":1}"#, as: admin, headers: headers)
            #expect(invalid.status == 422 && replayed.status == 422)
            #expect(invalid.bytes == replayed.bytes)
        }
    }

    @Test("a migrated service is ready, and says so check by check")
    func ready() async throws {
        try await withNotes { service async throws in
            let answer = try await service.call("GET", "/readyz")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.text.contains(#""name":"migrations","status":"ok""#), "\(answer.text)")
        }
    }

    @Test("pending migrations make a service unready and name the first of them")
    func unmigrated() async throws {
        try await withTestDatabase { database in
            try await withService(NotesService.self, databaseURL: database.url(role: "rag")) { service async throws in
                let answer = try await service.call("GET", "/readyz")
                #expect(answer.status == 503)
                #expect(answer.text.contains("migrations"), "\(answer.text)")
            }
        }
    }

    @Test("the idempotency table goes up, down and up again")
    func migrations() async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "rag_migrator"), schema: "rag", migrations: NotesService.migrations,
                logger: .quiet)
            try await runner.up()
            try await runner.down(to: 0)
            try await runner.up()
            #expect(try await runner.status().allSatisfy { $0.state == .applied })
        }
    }
}
