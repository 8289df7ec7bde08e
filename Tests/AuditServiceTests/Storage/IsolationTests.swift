import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import AuditService

@Suite("Isolation of tenants in the schema audit", .timeLimit(.minutes(2)))
struct IsolationTests {
    @Test("every table has row-level security forced, and the tenant leads its keys and indexes")
    func catalog() async throws {
        try await withAudit { audit in
            let tables = try await audit.superuser.query(
                """
                SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
                    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS policed
                FROM pg_class c
                WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind IN ('r', 'p')
                    AND c.relname NOT LIKE '%migration%'
                """)
            let names = try tables.map { try $0.decode("relname", as: String.self) }
            #expect(Set(names) == ["logs", "records", "nodes", "waiting"])
            for table in tables {
                #expect(try table.decode("forced", as: Bool.self))
                #expect(try table.decode("policed", as: Bool.self))
            }
            let indexes = try await audit.superuser.query(
                """
                SELECT a.attname FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE c.relnamespace = 'audit'::regnamespace AND c.relname NOT LIKE '%migration%'
                """)
            #expect(indexes.count >= 7)
            for index in indexes { #expect(try index.decode("attname", as: String.self) == "tenant_id") }
        }
    }

    @Test("without a tenant, or as another, nothing is seen")
    func rows() async throws {
        try await withAudit { audit in
            let (tenant, stranger) = (TenantID(), TenantID())
            let records = sampleRecords(tenant, 4)
            try await audit.append(records, in: tenant)
            for table in ["logs", "records", "nodes"] {
                let count: SQL = "SELECT count(*) AS count FROM audit.\(identifier: table)"
                #expect(try await audit.pool.query(count)[0].decode("count", as: Int.self) == 0)
                let scope = testScope(stranger)
                #expect(try await audit.pool.query(count, in: scope)[0].decode("count", as: Int.self) == 0)
            }
            #expect(try await audit.reader.record(records[0].id, of: testScope(stranger)) == nil)
            #expect(try await audit.reader.proof(of: records[0].id, in: testScope(stranger)) == nil)
        }
    }

    @Test("two tenants may have a record of the same id, each its own")
    func sameIDs() async throws {
        try await withAudit { audit in
            let (one, two) = (TenantID(), TenantID())
            let record = SampleProof.record(one, 1)
            var other = record
            other.tenant = two
            other.action = "ticket.triage"
            let accepted = (try await audit.append([record], in: one), try await audit.append([other], in: two))
            #expect(accepted == (1, 1))
            #expect(try await audit.reader.record(record.id, of: testScope(one))?.record == record)
            #expect(try await audit.reader.record(record.id, of: testScope(two))?.record == other)
        }
    }

    @Test("the schema goes up, down and up again")
    func migrations() async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "audit_migrator"), schema: "audit", migrations: AuditMigrations.all,
                logger: .quiet)
            try await runner.up()
            try await runner.down(to: 0)
            try await runner.up()
            #expect(try await runner.status().allSatisfy { $0.state == .applied })
        }
    }
}
