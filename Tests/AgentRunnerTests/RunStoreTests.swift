import Contracts
import Postgres
import ServiceKit
import Support
import Testing

@testable import AgentRunner

@Suite("Durable runs in PostgreSQL")
struct RunStoreTests {
    @Test("a run whose worker went silent is taken up by another, with the steps that are done")
    func takeover() async throws {
        try await withAgents { pool in
            let scope = TestTrust.scope(TenantID())
            let dead = RunStore(pool: pool, worker: "dead", leaseSeconds: 0)
            let run = try await dead.create(.test, in: scope)
            try await dead.record(step: "similar", output: Array("[]".utf8), of: run)

            let heir = RunStore(pool: pool, worker: "heir")
            let claims = try await heir.claim(most: 10)
            #expect(claims.map(\.id) == [run.id])
            #expect(claims.map(\.tenant) == [scope.tenant])
            let claimed = try #require(try await heir.load(run.id, epoch: claims[0].epoch, in: scope))
            #expect(claimed.attempt == 2)
            #expect(claimed.steps == ["similar": Array("[]".utf8)])
        }
    }

    @Test("a worker that lost its run can neither add a step nor end it")
    func fencing() async throws {
        try await withAgents { pool in
            let scope = TestTrust.scope(TenantID())
            let slow = RunStore(pool: pool, worker: "slow", leaseSeconds: 0)
            let run = try await slow.create(.test, in: scope)
            let heir = RunStore(pool: pool, worker: "heir")
            let claim = try #require(try await heir.claim(most: 1).first)
            let claimed = try #require(try await heir.load(claim.id, epoch: claim.epoch, in: scope))

            await #expect(throws: RunFailure.leaseLost) { try await slow.record(step: "reply", output: [], of: run) }
            await #expect(throws: RunFailure.leaseLost) {
                try await slow.finish(run, status: .failed, output: nil, error: "late")
            }
            try await heir.record(step: "reply", output: Array("1".utf8), of: claimed)
            try await heir.finish(claimed, status: .succeeded, output: Array("2".utf8), error: nil)
            let found = try #require(try await heir.find(run.id, in: scope))
            #expect(found.record.status == .succeeded)
            #expect(found.record.steps.map(\.path) == ["reply"])
            #expect(found.output == Array("2".utf8))
        }
    }

    @Test("a step is recorded once")
    func once() async throws {
        try await withAgents { pool in
            let store = RunStore(pool: pool, worker: "worker")
            let run = try await store.create(.test, in: TestTrust.scope(TenantID()))
            try await store.record(step: "reply", output: Array("1".utf8), of: run)
            await #expect(throws: RunFailure.leaseLost) {
                try await store.record(step: "reply", output: Array("2".utf8), of: run)
            }
        }
    }

    @Test("a run that is held, ended or given back for later is not claimed")
    func notDue() async throws {
        try await withAgents { pool in
            let scope = TestTrust.scope(TenantID())
            let store = RunStore(pool: pool, worker: "worker")
            _ = try await store.create(.test, in: scope)
            let ended = try await store.create(.test, in: scope)
            try await store.finish(ended, status: .failed, output: nil, error: "no")
            let later = try await store.create(.test, in: scope)
            try await store.release(later, after: .seconds(60))
            #expect(try await RunStore(pool: pool, worker: "other").claim(most: 10).isEmpty)
            #expect(try await store.heartbeat() == 1)
        }
    }

    @Test("a cancelled run cannot go on")
    func cancelled() async throws {
        try await withAgents { pool in
            let scope = TestTrust.scope(TenantID())
            let store = RunStore(pool: pool, worker: "worker")
            let run = try await store.create(.test, in: scope)
            #expect(try await store.cancel(run.id, in: scope))
            #expect(try await store.cancel(run.id, in: scope) == false)
            await #expect(throws: RunFailure.leaseLost) { try await store.record(step: "reply", output: [], of: run) }
        }
    }

    @Test("a run of another tenant does not exist: not to read, not to cancel, not to list")
    func foreign() async throws {
        try await withAgents { pool in
            let store = RunStore(pool: pool, worker: "worker")
            let run = try await store.create(.test, in: TestTrust.scope(TenantID()))
            let stranger = TestTrust.scope(TenantID())
            #expect(try await store.find(run.id, in: stranger) == nil)
            #expect(try await store.cancel(run.id, in: stranger) == false)
            #expect(try await store.list(limit: 10, before: nil, in: stranger).isEmpty)
        }
    }
}

extension NewRun {
    static let test = NewRun(
        workflow: "triage", version: 1, input: Array("{}".utf8), actor: "api_key:test", requestID: "request")
}

/// A database with the schema of the agent-runner, seen through the service's own role.
func withAgents(_ body: @escaping @Sendable (PostgresPool) async throws -> Void) async throws {
    try await withTestDatabase { database in
        try await MigrationRunner(
            url: database.url(role: "agents_migrator"), schema: "agents", migrations: App.migrations, logger: .quiet
        ).up()
        let pool = try database.makePool(role: "agents")
        try await body(pool)
        await pool.shutDown()
    }
}
