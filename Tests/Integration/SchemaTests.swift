import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import AgentRunner
@testable import AuditService
@testable import Gateway
@testable import PromptService
@testable import RagService
@testable import UsageBilling

/// The six schemas as PostgreSQL's own catalog describes them.
@Suite("Schemas")
struct SchemaTests {
    private static let migrations: [ServiceName: [Migration]] = [
        .gateway: Gateway.App.migrations, .ragService: RagService.App.migrations,
        .agentRunner: AgentRunner.App.migrations, .promptService: PromptService.App.migrations,
        .usageBilling: UsageBilling.App.migrations, .auditService: AuditService.App.migrations,
    ]

    /// Tables that belong to no tenant, each with its reason.
    private static let platformTables: Set<String> = [
        // Which migrations were applied, one in each schema.
        "gateway.migration_history", "rag.migration_history", "agents.migration_history",
        "prompts.migration_history", "billing.migration_history", "audit.migration_history",
        // Which tenants' settings changed and when, for every replica to forget; readable by the steward alone.
        "gateway.revision", "gateway.changes",
        // Answers to operators, sealed; creating a tenant belongs to none yet.
        "gateway.operator_answers",
        // The catalogue of models is the operator's, the same for all.
        "gateway.models",
        // The price book is the operator's, the same for all.
        "billing.price_versions", "billing.prices",
    ]

    @Test("up, down and up again leaves the same schema", arguments: ServiceName.allCases)
    func roundTrip(service: ServiceName) async throws {
        try await withTestDatabase { database in
            let runner = try Self.runner(service, database)
            let pool = try database.makePool()
            try await runner.up()
            let first = try await Self.describe(service.schema, pool)
            try await runner.down(to: 0)
            let empty = try await Self.describe(service.schema, pool)
            #expect(empty.filter { !$0.contains("migration_history") }.isEmpty, "left behind: \(empty)")
            try await runner.up()
            let second = try await Self.describe(service.schema, pool)
            #expect(first.count > 10)
            #expect(Set(first).symmetricDifference(second).isEmpty)
            await pool.shutDown()
        }
    }

    @Test("every table is under forced row-level security, or is known to belong to no tenant")
    func rowSecurity() async throws {
        try await withTestDatabase { database in
            for service in ServiceName.allCases { try await Self.runner(service, database).up() }
            let pool = try database.makePool()
            let rows = try await pool.query(
                """
                SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS has_tenant,
                    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy,
                    pg_get_userbyid(c.relowner) AS owner
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(\(ServiceName.allCases.map(\.schema)))
                """)
            #expect(rows.count > 20)
            for row in rows {
                let name = try row.decode("name", as: String.self)
                #expect(try row.decode("owner", as: String.self).hasSuffix("_owner"), "\(name) has another owner")
                let isProtected =
                    try row.decode("is_forced", as: Bool.self) && row.decode("has_policy", as: Bool.self)
                let isTenants = try row.decode("has_tenant", as: Bool.self)
                #expect(
                    isProtected || (!isTenants && Self.platformTables.contains(name)), "\(name) is open to all tenants")
            }
            await pool.shutDown()
        }
    }

    @Test("no service's role owns anything, is a superuser, or is exempt from row-level security")
    func roles() async throws {
        try await withTestDatabase { database in
            let pool = try database.makePool()
            let names = ServiceName.allCases.flatMap { [$0.schema, $0.schema + "_migrator", $0.schema + "_steward"] }
            let rows = try await pool.query(
                "SELECT rolname FROM pg_roles WHERE rolname = ANY(\(names)) AND NOT rolsuper AND NOT rolbypassrls")
            #expect(rows.count == names.count)
            await pool.shutDown()
        }
    }

    private static func runner(_ service: ServiceName, _ database: TestDatabase) throws -> MigrationRunner {
        try MigrationRunner(
            url: database.url(role: service.schema + "_migrator"), schema: service.schema,
            migrations: migrations[service] ?? [], logger: .quiet)
    }

    /// Columns, constraints, indexes, policies, functions, triggers and rights, a line each.
    private static func describe(_ schema: String, _ pool: PostgresPool) async throws -> [String] {
        let rows = try await pool.query(
            """
            SELECT format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid)) AS line
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE n.nspname = \(schema) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT format('rights %s %s %s %s', c.relname, c.relacl, c.relrowsecurity, c.relforcerowsecurity)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND c.relkind IN ('r', 'p', 'S')
            UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(o.oid))
            FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname = \(schema)
            UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = \(schema)
            UNION ALL SELECT format('policy %s %s %s %s %s', tablename, policyname, roles, qual, with_check)
            FROM pg_policies WHERE schemaname = \(schema)
            UNION ALL SELECT format('function %s %s %s', pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner), p.proacl)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = \(schema)
            UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND NOT t.tgisinternal
            """)
        return try rows.map { try $0.decode("line", as: String.self) }
    }
}
