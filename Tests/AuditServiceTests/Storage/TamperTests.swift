import Contracts
import Cryptography
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import AuditService

@Suite("A log that somebody tries to change", .timeLimit(.minutes(5)))
struct TamperTests {
    let tenant = TenantID()

    @Test("UPDATE, DELETE and TRUNCATE are refused: to the service, to the owner and to the superuser")
    func refused() async throws {
        try await withAudit { audit in
            try await audit.append(sampleRecords(tenant, 3), in: tenant)
            let owner = try audit.database.makePool(role: "audit_migrator")
            let statements: [SQL] = [
                "UPDATE audit.records SET action = 'nothing'", "DELETE FROM audit.records", "TRUNCATE audit.records",
                "UPDATE audit.nodes SET hash = hash", "DELETE FROM audit.nodes", "TRUNCATE audit.nodes",
                "DELETE FROM audit.logs", "TRUNCATE audit.logs", "UPDATE audit.logs SET size = size",
                "UPDATE audit.logs SET size = 1",
            ]
            for statement in statements {
                for (pool, role) in [(audit.pool, nil), (owner, "audit_owner"), (audit.superuser, nil)] {
                    let error = await #expect(throws: PostgresError.self, "\(statement)") {
                        try await pool.withTransaction(in: testScope(tenant)) { transaction in
                            if let role { _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)") }
                            return try await transaction.query(statement)
                        }
                    }
                    #expect(error?.isPrivilegeMissing == true, "\(statement)")
                }
            }
            await owner.shutDown()
            #expect(try await audit.reader.checkpoint(of: testScope(tenant)).checkpoint.size == 3)
        }
    }

    @Test("a waiting record can be removed only when it is in the log")
    func waitingRoom() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 2)
            try await audit.append([records[0]], in: tenant)
            try await audit.superuser.withTransaction { transaction in
                _ = try await transaction.query("SELECT FROM audit.logs FOR UPDATE")
                try await audit.append([records[1]], in: tenant)
            }
            let rows = try await audit.pool.query(
                "SELECT audit.release_waiting(\(tenant.uuid), \(records.map(\.id.uuid))) AS count",
                in: testScope(tenant))
            #expect(try rows[0].decode("count", as: Int.self) == 0)
            #expect(try await WaitingState.measure(in: audit.pool).records == 1)
        }
    }

    @Test("an entry changed in the database has no proof any more")
    func changedEntry() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 9)
            try await audit.append(records, in: tenant)
            try await audit.breakIn()
            _ = try await audit.superuser.query(
                "UPDATE audit.records SET entry = set_byte(entry, 20, get_byte(entry, 20) # 1) WHERE leaf_index = 4")
            await #expect(throws: LogError.brokenTree(tenant)) {
                try await audit.reader.proof(of: records[4].id, in: testScope(tenant))
            }
            #expect(try await audit.reader.proof(of: records[3].id, in: testScope(tenant)) != nil)
        }
    }

    @Test("a leaf removed, or a node changed, breaks the proofs that need it")
    func changedTree() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 9)
            try await audit.append(records, in: tenant)
            try await audit.breakIn()
            _ = try await audit.superuser.query("DELETE FROM audit.records WHERE leaf_index = 5")
            _ = try await audit.superuser.query(
                "UPDATE audit.nodes SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = 1 AND node_index = 0"
            )
            await #expect(throws: LogError.missingNodes(tenant)) {
                try await audit.reader.proof(of: records[4].id, in: testScope(tenant))
            }
            await #expect(throws: LogError.brokenTree(tenant)) {
                try await audit.reader.proof(of: records[2].id, in: testScope(tenant))
            }
        }
    }

    @Test("a tree that was changed is not signed over: nothing more is appended to it")
    func changedFrontier() async throws {
        try await withAudit { audit in
            try await audit.append(sampleRecords(tenant, 6), in: tenant)
            try await audit.breakIn()
            _ = try await audit.superuser.query(
                "UPDATE audit.logs SET frontier = set_byte(frontier, 40, get_byte(frontier, 40) # 1)")
            await #expect(throws: CheckpointSigner.Failure.inconsistentTree) {
                try await audit.append(sampleRecords(tenant, 1), in: tenant)
            }
            _ = try await audit.superuser.query("UPDATE audit.logs SET size = 5, frontier = substr(frontier, 1, 32)")
            await #expect(throws: LogError.brokenFrontier(tenant)) {
                try await audit.append(sampleRecords(tenant, 1), in: tenant)
            }
        }
    }
}
