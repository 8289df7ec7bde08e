import Postgres

/// The migrations of schema `rag`, in order.
enum Migrations {
    static let all: [Migration] = [documents, index, jobs]

    /// Row-level security, forced on the owner too, and what the service may do.
    static func tenantPolicy(_ table: String, grant privileges: String) -> [String] {
        [
            "ALTER TABLE rag.\(table) ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE rag.\(table) FORCE ROW LEVEL SECURITY",
            """
            CREATE POLICY tenant ON rag.\(table)
                USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
                WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            """,
            "GRANT \(privileges) ON rag.\(table) TO rag",
        ]
    }
}
