import Contracts
import Cryptography
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import AuditService

@Suite("The audit log", .timeLimit(.minutes(5)))
struct AuditLogTests {
    let tenant = TenantID()

    @Test("every record of a log that grew in uneven batches has a proof that holds")
    func proofs() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 61)
            var rest = records[...]
            for count in [1, 1, 2, 5, 16, 3, 33] {
                #expect(try await audit.append(Array(rest.prefix(count)), in: tenant) == count)
                rest = rest.dropFirst(count)
            }
            for (index, record) in records.enumerated() {
                let proof = try #require(try await audit.reader.proof(of: record.id, in: testScope(tenant)))
                let finding = try ProofVerifier.verify(proof, key: try audit.key(tenant))
                #expect(finding.record == record)
                #expect(finding.leafIndex == Int64(index))
                #expect(finding.checkpoint.size == 61)
            }
        }
    }

    @Test("a record goes in once, however often it comes")
    func onceEach() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 20)
            #expect(try await audit.append(records, in: tenant) == 20)
            let before = try await audit.reader.checkpoint(of: testScope(tenant)).note
            #expect(try await audit.append(records, in: tenant) == 0)
            #expect(try await audit.reader.checkpoint(of: testScope(tenant)).note == before)
            #expect(try await audit.append(Array(records.prefix(5)) + sampleRecords(tenant, 1), in: tenant) == 1)
            #expect(try await audit.reader.checkpoint(of: testScope(tenant)).checkpoint.size == 21)
        }
    }

    @Test("eight writers at once make one log: each record once, every checkpoint consistent with the last")
    func concurrentWriters() async throws {
        try await withAudit { audit in
            let records = sampleRecords(tenant, 160)
            let (sizes, accepted) = try await withThrowingTaskGroup(of: (Int64, Int).self) { group in
                for writer in 0..<8 {
                    let share = Array(records[(writer * 15)..<min(160, writer * 15 + 55)])
                    group.addTask {
                        let patient = AuditLog(pool: audit.pool, signer: audit.signer)
                        let count = try await patient.append(
                            share.map(LogEntry.init), from: .gateway, in: testScope(tenant))
                        let size = try await audit.reader.checkpoint(of: testScope(tenant)).checkpoint.size
                        return (size, count)
                    }
                }
                return try await group.reduce(into: ([Int64](), 0)) {
                    $0.0.append($1.0); $0.1 += $1.1
                }
            }
            #expect(accepted == 160)
            let size = try await audit.reader.checkpoint(of: testScope(tenant)).checkpoint.size
            #expect(size == 160)
            for earlier in sizes {
                #expect(
                    try await audit.reader.consistency(from: earlier, to: nil, in: testScope(tenant)) != nil)
            }
        }
    }

    @Test("records that find the log locked are durable at once, and in the log when it is free again")
    func lockedLog() async throws {
        try await withAudit { audit in
            let scope = testScope(tenant)
            let records = sampleRecords(tenant, 12)
            #expect(try await audit.append(Array(records.prefix(2)), in: tenant) == 2)
            try await audit.superuser.withTransaction { transaction in
                _ = try await transaction.query("SELECT FROM audit.logs FOR UPDATE")
                #expect(try await audit.append(Array(records.prefix(7)), in: tenant) == 5)
                #expect(try await audit.append(Array(records.prefix(7)), in: tenant) == 0)
                #expect(try await audit.log.integrateWaiting(in: scope) == false)
                #expect(try await WaitingState.measure(in: audit.pool).records == 5)
                #expect(try await audit.log.tenantsWaiting(limit: 10).map(\.scope.tenant) == [tenant])
            }
            // Whoever comes next takes along what waits, and it is not taken twice.
            #expect(try await audit.append(Array(records.suffix(8)), in: tenant) == 5)
            #expect(try await WaitingState.measure(in: audit.pool).records == 0)
            #expect(try await audit.reader.checkpoint(of: scope).checkpoint.size == 12)
            for record in records {
                #expect(try await audit.reader.proof(of: record.id, in: scope) != nil)
            }
        }
    }

    @Test("what waits moves into the log without anybody appending")
    func integration() async throws {
        try await withAudit { audit in
            let scope = testScope(tenant)
            try await audit.append(sampleRecords(tenant, 1), in: tenant)
            try await audit.superuser.withTransaction { transaction in
                _ = try await transaction.query("SELECT FROM audit.logs FOR UPDATE")
                try await audit.append(sampleRecords(tenant, 3), in: tenant)
            }
            #expect(try await audit.log.integrateWaiting(in: scope))
            #expect(try await WaitingState.measure(in: audit.pool) == WaitingState(records: 0, oldestSeconds: 0))
            #expect(try await audit.reader.checkpoint(of: scope).checkpoint.size == 4)
        }
    }

    @Test("consistency holds between any two sizes of a log, and not beyond its end")
    func consistency() async throws {
        try await withAudit { audit in
            let scope = testScope(tenant)
            try await audit.append(sampleRecords(tenant, 13), in: tenant)
            for from in Int64(0)...13 {
                for to in from...13 {
                    let proof = try #require(try await audit.reader.consistency(from: from, to: to, in: scope))
                    #expect(
                        ConsistencyProof.holds(
                            from: from, root: try #require(Hexadecimal.decode(proof.fromRoot)), to: to,
                            root: try #require(Hexadecimal.decode(proof.toRoot)),
                            hashes: try proof.hashes.map { try #require(Hexadecimal.decode($0)) }))
                }
            }
            #expect(try await audit.reader.consistency(from: 0, to: 14, in: scope) == nil)
            #expect(try await audit.reader.consistency(from: 5, to: 4, in: scope) == nil)
        }
    }

    @Test("a log without records has a checkpoint: that of the empty tree")
    func emptyLog() async throws {
        try await withAudit { audit in
            let (checkpoint, note) = try await audit.reader.checkpoint(of: testScope(tenant))
            #expect(checkpoint.size == 0)
            #expect(checkpoint.root == MerkleHash.empty)
            #expect(try #require(SignedNote(note)).isSigned(by: try audit.key(tenant)))
        }
    }

    @Test("a list shows the newest first, page by page, and filters by action, actor and time")
    func listing() async throws {
        try await withAudit { audit in
            let scope = testScope(tenant)
            let records = sampleRecords(tenant, 10)
            try await audit.append(records, in: tenant)
            func ids(_ filter: RecordFilter, below: Int64? = nil, limit: Int = 100) async throws -> [AuditEventID] {
                try await audit.reader.records(matching: filter, below: below, limit: limit, of: scope).map(\.record.id)
            }
            let all = records.map(\.id)
            #expect(try await ids(RecordFilter()) == all.reversed())
            #expect(try await ids(RecordFilter(), below: 7, limit: 3) == [all[6], all[5], all[4]])
            #expect(try await ids(RecordFilter(action: "chat.completion")) == [all[8], all[6], all[4], all[2], all[0]])
            #expect(try await ids(RecordFilter(actor: "api_key:3")) == [all[3]])
            let window = RecordFilter(from: records[2].occurredAt, to: records[4].occurredAt)
            #expect(try await ids(window) == [all[3], all[2]])
            #expect(try await ids(RecordFilter(action: "chat.completion", actor: "api_key:3")).isEmpty)
        }
    }
}
