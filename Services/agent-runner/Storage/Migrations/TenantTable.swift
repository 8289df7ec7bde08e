/// The statements that put a table of the schema `agents` under row-level security and give it to the service.
enum TenantTable {
    static func protect(_ table: String) -> [String] {
        [
            "ALTER TABLE agents.\(table) ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE agents.\(table) FORCE ROW LEVEL SECURITY",
            """
            CREATE POLICY tenant ON agents.\(table)
                USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
                WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            """,
            "GRANT SELECT, INSERT, UPDATE, DELETE ON agents.\(table) TO agents",
        ]
    }
}
