import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import UsageBilling

@Suite("Isolation of tenants in the schema billing", .timeLimit(.minutes(2)))
struct IsolationTests {
    /// Prices are everybody's; the history is the migration runner's.
    static let shared: Set<String> = ["price_versions", "prices"]

    @Test("every table but the price book has row-level security forced, and the tenant leads its keys and indexes")
    func catalog() async throws {
        try await withBilling { billing in
            let tables = try await billing.superuser.query(
                """
                SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
                    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS policed,
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS owned,
                    pg_get_userbyid(c.relowner) AS owner
                FROM pg_class c WHERE c.relnamespace = 'billing'::regnamespace AND c.relkind IN ('r', 'p')
                """)
            #expect(tables.count >= 7)
            for table in tables {
                let name = try table.decode("relname", as: String.self)
                #expect(try table.decode("owner", as: String.self) == "billing_owner")
                guard try table.decode("owned", as: Bool.self) else {
                    #expect(Self.shared.contains(name) || name.contains("migration"), "\(name)")
                    continue
                }
                #expect(try table.decode("forced", as: Bool.self), "\(name)")
                #expect(try table.decode("policed", as: Bool.self), "\(name)")
            }
            let indexes = try await billing.superuser.query(
                """
                SELECT i.indexrelid::regclass::text AS name, a.attname FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE c.relnamespace = 'billing'::regnamespace
                    AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
                """)
            for index in indexes {
                let name = try index.decode("name", as: String.self)
                #expect(try index.decode("attname", as: String.self) == "tenant_id", "\(name)")
            }
        }
    }

    @Test("without a tenant, or as another, nothing is seen and nothing can be written")
    func rows() async throws {
        try await withBilling { billing in
            let (tenant, stranger) = (TenantID(), TenantID())
            try await billing.budgets.setMonthly(Money(picoUSD: 100), by: "operator", in: testScope(tenant))
            _ = try await billing.budgets.grant(
                LeaseRequest(tenant: tenant, replica: "one", needPicoUSD: 10), now: sampleNow,
                in: testScope(tenant))
            try await billing.post([sampleEvent(tenant)])
            for table in ["usage_events", "usage_rollups", "budgets", "periods", "leases"] {
                let count: SQL = "SELECT count(*) AS count FROM billing.\(identifier: table)"
                #expect(try await billing.pool.query(count)[0].decode("count", as: Int.self) == 0)
                let scope = testScope(stranger)
                #expect(try await billing.pool.query(count, in: scope)[0].decode("count", as: Int.self) == 0)
                #expect(
                    try await billing.pool.query(count, in: testScope(tenant))[0].decode("count", as: Int.self)
                        == 1)
            }
            // An event of the stranger's transaction becomes the stranger's, whatever it says itself.
            #expect(try await billing.ledger.post([sampleEvent(tenant)], from: .gateway, in: testScope(stranger)) == 1)
            #expect(try await billing.costs(tenant).total.requests == 1)
            let error = await #expect(throws: PostgresError.self) {
                _ = try await billing.pool.query(
                    "INSERT INTO billing.periods (tenant_id, period) VALUES (\(tenant.uuid), '2026-01-01')",
                    in: testScope(stranger))
            }
            #expect(error?.isPrivilegeMissing == true)
        }
    }

    @Test("the runtime role owns nothing, cannot bypass row-level security and cannot create")
    func roles() async throws {
        try await withBilling { billing in
            let rows = try await billing.superuser.query(
                """
                SELECT rolsuper OR rolbypassrls AS strong, has_schema_privilege('billing', 'billing', 'CREATE') AS creates
                FROM pg_roles WHERE rolname = 'billing'
                """)
            #expect(try rows[0].decode("strong", as: Bool.self) == false)
            #expect(try rows[0].decode("creates", as: Bool.self) == false)
        }
    }

    @Test("the schema goes up, down and up again")
    func migrations() async throws {
        try await withTestDatabase { database in
            let runner = try MigrationRunner(
                url: database.url(role: "billing_migrator"), schema: "billing", migrations: BillingMigrations.all,
                logger: .quiet)
            try await runner.up()
            try await runner.down(to: 0)
            try await runner.up()
            #expect(try await runner.status().allSatisfy { $0.state == .applied })
        }
    }
}
