import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import PromptService

@Suite("Templates in PostgreSQL")
struct TemplateStoreTests {
    struct Refused: Error {}

    private func withStore(_ body: @Sendable (TemplateStore) async throws -> Void) async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "prompts_migrator"), schema: "prompts", migrations: App.migrations,
                logger: .quiet)
            try await runner.up()
            let pool = try database.makePool(role: "prompts")
            do { try await body(TemplateStore(pool: pool)) } catch {
                await pool.shutDown()
                throw error
            }
            await pool.shutDown()
        }
    }

    private func scope() -> TenantScope {
        .verified(by: CredentialProof(credentialWasCheckedAndBelongsTo: TenantID(), actor: "test"))
    }

    private func addition(
        _ text: String = "Hi {{name}}", activates: Bool = true, mustBeNew: Bool = false
    ) throws -> TemplateStore.Addition {
        .init(
            name: "greeting", prompt: try ParsedPrompt([PromptMessage(role: .user, content: text)]), description: nil,
            activates: activates, author: "api_key:test", mustBeNew: mustBeNew)
    }

    @Test("versions count from one, one is in use, and each keeps its text")
    func versions() async throws {
        try await withStore { store async throws in
            let scope = scope()
            #expect(try await store.add(addition("one {{a}}", mustBeNew: true), in: scope) { _ in }.version == 1)
            #expect(try await store.add(addition("two", activates: false), in: scope) { _ in }.version == 2)
            #expect(try await store.find("greeting", in: scope)?.active?.version == 1)
            #expect(try await store.activate(2, of: "greeting", in: scope) { _ in })
            #expect(try await store.find("greeting", in: scope)?.active?.messages.first?.content == "two")
            #expect(try await store.version(1, of: "greeting", in: scope)?.messages.first?.content == "one {{a}}")
            let list = try await store.versions(of: "greeting", limit: 10, before: nil, in: scope)
            #expect(list.map(\.version) == [2, 1])
            #expect(list.map(\.isActive) == [true, false])
            for unknown in [0, -1, 3, Int.max] {
                #expect(try await !store.activate(unknown, of: "greeting", in: scope) { _ in })
                #expect(try await store.version(unknown, of: "greeting", in: scope) == nil)
            }
        }
    }

    @Test("a name that is taken cannot be made again, until it is deleted; then the numbers go on")
    func numbering() async throws {
        try await withStore { store async throws in
            let scope = scope()
            for expected in 1...3 {
                let version = try await store.add(addition(mustBeNew: true), in: scope) { _ in }
                #expect(version.version == expected)
                let error = await #expect(throws: APIError.self) {
                    try await store.add(addition(mustBeNew: true), in: scope) { _ in }
                }
                #expect(error?.code == .conflict)
                #expect(try await store.delete("greeting", in: scope) { _ in })
                #expect(try await !store.delete("greeting", in: scope) { _ in })
                #expect(try await store.find("greeting", in: scope) == nil)
                #expect(try await store.version(expected, of: "greeting", in: scope) == nil)
                #expect(try await store.list(limit: 10, after: nil, in: scope).isEmpty)
            }
        }
    }

    @Test("versions that are added at once are numbered without gaps")
    func concurrency() async throws {
        try await withStore { store async throws in
            let scope = scope()
            let addition = try addition()
            let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await store.add(addition, in: scope) { _ in }.version } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(1...20))
        }
    }

    @Test("a change whose record cannot be written does not happen")
    func evidence() async throws {
        try await withStore { store async throws in
            let scope = scope()
            await #expect(throws: Refused.self) { try await store.add(addition(), in: scope) { _ in throw Refused() } }
            #expect(try await store.find("greeting", in: scope) == nil)
            _ = try await store.add(addition(), in: scope) { version in #expect(version == 1) }
            _ = try await store.add(addition(activates: false), in: scope) { version in #expect(version == 2) }
            await #expect(throws: Refused.self) {
                try await store.activate(2, of: "greeting", in: scope) { _ in throw Refused() }
            }
            await #expect(throws: Refused.self) {
                try await store.delete("greeting", in: scope) { _ in throw Refused() }
            }
            #expect(try await store.find("greeting", in: scope)?.active?.version == 1)
        }
    }

    @Test("a template of another tenant is not found, changed or deleted")
    func tenants() async throws {
        try await withStore { store async throws in
            let (ours, theirs) = (scope(), scope())
            _ = try await store.add(addition(), in: ours) { _ in }
            #expect(try await store.find("greeting", in: theirs) == nil)
            #expect(try await store.list(limit: 10, after: nil, in: theirs).isEmpty)
            #expect(try await store.versions(of: "greeting", limit: 10, before: nil, in: theirs).isEmpty)
            #expect(try await store.version(1, of: "greeting", in: theirs) == nil)
            #expect(try await !store.activate(1, of: "greeting", in: theirs) { _ in })
            #expect(try await !store.delete("greeting", in: theirs) { _ in })
            #expect(try await store.find("greeting", in: ours)?.active?.version == 1)
        }
    }

    @Test("the service's role can neither change a version nor remove one")
    func databaseRole() async throws {
        try await withStore { store async throws in
            let scope = scope()
            _ = try await store.add(addition(), in: scope) { _ in }
            for statement: SQL in [
                "UPDATE prompts.versions SET description = 'x'", "DELETE FROM prompts.versions",
                "DELETE FROM prompts.templates",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await store.pool.query(statement, in: scope)
                }
                #expect(error?.sqlState == "42501")
            }
        }
    }

    @Test("the migrations can be taken back and applied again")
    func migrations() async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "prompts_migrator"), schema: "prompts", migrations: App.migrations,
                logger: .quiet)
            try await runner.up()
            try await runner.down(to: 0)
            try await runner.up()
            #expect(try await runner.status().count == App.migrations.count)
        }
    }
}
