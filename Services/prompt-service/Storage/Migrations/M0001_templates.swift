import Postgres

extension Migration {
    /// A tenant's templates and their versions. A version never changes: the service may insert, not update.
    static let templates = Migration(
        1, "templates",
        up: [
            """
            CREATE TABLE prompts.templates (
                tenant_id uuid NOT NULL,
                name text NOT NULL COLLATE "C",
                active_version integer,
                latest_version integer NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, name)
            )
            """,
            """
            CREATE TABLE prompts.versions (
                tenant_id uuid NOT NULL,
                name text NOT NULL COLLATE "C",
                version integer NOT NULL,
                messages bytea NOT NULL,
                description text,
                created_by text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, name, version),
                FOREIGN KEY (tenant_id, name) REFERENCES prompts.templates (tenant_id, name) ON DELETE CASCADE
            )
            """,
        ] + ["templates", "versions"].flatMap(protect) + [
            "GRANT SELECT, INSERT, UPDATE, DELETE ON prompts.templates TO prompts",
            "GRANT SELECT, INSERT, DELETE ON prompts.versions TO prompts",
        ],
        down: ["DROP TABLE prompts.versions", "DROP TABLE prompts.templates"])

    private static func protect(_ table: String) -> [String] {
        [
            "ALTER TABLE prompts.\(table) ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE prompts.\(table) FORCE ROW LEVEL SECURITY",
            """
            CREATE POLICY tenant ON prompts.\(table)
                USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
                WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            """,
        ]
    }
}
