/// The table behind `Idempotency-Key`, for a service's own migrations:
///
/// ```swift
/// static let m0002 = Migration(
///     2, "idempotency", up: IdempotencyMigration.up(schema: "rag"), down: IdempotencyMigration.down(schema: "rag"))
/// ```
package enum IdempotencyMigration {
    /// - Parameter schema: One of the six; also the name of the role that the service has at run time.
    package static func up(schema: String) -> [String] {
        [
            """
            CREATE TABLE \(schema).idempotency_keys (
                tenant_id uuid NOT NULL,
                key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
                fingerprint bytea NOT NULL,
                claim uuid NOT NULL,
                locked_at timestamptz NOT NULL DEFAULT now(),
                created_at timestamptz NOT NULL DEFAULT now(),
                status integer,
                content_type text,
                body bytea,
                PRIMARY KEY (tenant_id, key)
            )
            """,
            "CREATE INDEX idempotency_keys_by_age ON \(schema).idempotency_keys (created_at)",
            "ALTER TABLE \(schema).idempotency_keys ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE \(schema).idempotency_keys FORCE ROW LEVEL SECURITY",
            """
            CREATE POLICY tenant ON \(schema).idempotency_keys
                USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
                WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            """,
            "CREATE POLICY steward ON \(schema).idempotency_keys TO \(schema)_steward USING (true)",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON \(schema).idempotency_keys TO \(schema)",
            "GRANT SELECT, DELETE ON \(schema).idempotency_keys TO \(schema)_steward",
            """
            CREATE FUNCTION \(schema).purge_idempotency_keys(age interval, batch integer) RETURNS integer
            LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
                WITH gone AS (
                    DELETE FROM \(schema).idempotency_keys WHERE (tenant_id, key) IN (
                        SELECT tenant_id, key FROM \(schema).idempotency_keys
                        WHERE created_at < now() - age ORDER BY created_at LIMIT batch)
                    RETURNING 1)
                SELECT count(*)::integer FROM gone
            $$
            """,
            "REVOKE ALL ON FUNCTION \(schema).purge_idempotency_keys(interval, integer) FROM PUBLIC",
            "GRANT EXECUTE ON FUNCTION \(schema).purge_idempotency_keys(interval, integer) TO \(schema)",
            "ALTER FUNCTION \(schema).purge_idempotency_keys(interval, integer) OWNER TO \(schema)_steward",
        ]
    }

    package static func down(schema: String) -> [String] {
        [
            "SET LOCAL ROLE \(schema)_steward",
            "DROP FUNCTION \(schema).purge_idempotency_keys(interval, integer)",
            "SET LOCAL ROLE \(schema)_owner",
            "DROP TABLE \(schema).idempotency_keys",
        ]
    }
}
