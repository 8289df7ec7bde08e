import Postgres

extension Migration {
    /// Durable runs: who works on each, until when, and the steps that are done.
    ///
    /// `due_at` is when a worker may take the run: in the future while one holds it, so a worker that dies gives it up
    /// by silence. `epoch` grows at each change of hands and is checked in the same statement that records a step.
    static let runs = Migration(
        2, "runs",
        up: [
            """
            CREATE TABLE agents.runs (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                workflow text NOT NULL,
                version integer NOT NULL,
                status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled')),
                input bytea NOT NULL,
                output bytea,
                error text,
                actor text NOT NULL,
                request_id text NOT NULL,
                worker text,
                epoch bigint NOT NULL,
                attempts integer NOT NULL,
                due_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                finished_at timestamptz,
                PRIMARY KEY (tenant_id, id)
            )
            """,
            "CREATE INDEX runs_due ON agents.runs (due_at) WHERE status = 'running'",
            "CREATE INDEX runs_of_worker ON agents.runs (worker) WHERE status = 'running'",
            """
            CREATE TABLE agents.run_steps (
                tenant_id uuid NOT NULL,
                run_id uuid NOT NULL,
                path text NOT NULL,
                output bytea NOT NULL,
                epoch bigint NOT NULL,
                attempt integer NOT NULL,
                recorded_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, run_id, path),
                FOREIGN KEY (tenant_id, run_id) REFERENCES agents.runs (tenant_id, id) ON DELETE CASCADE
            )
            """,
        ] + ["runs", "run_steps"].flatMap(TenantTable.protect) + steward,
        down: [
            "DROP FUNCTION agents.extend_leases(text, double precision)",
            "DROP FUNCTION agents.claim_runs(text, integer, double precision)",
            "DROP TABLE agents.run_steps", "DROP TABLE agents.runs",
        ])

    /// The two things a worker does across tenants. Each tells no more than which run of which tenant.
    private static let steward = [
        "CREATE POLICY steward ON agents.runs TO agents_steward USING (true) WITH CHECK (true)",
        "GRANT SELECT, UPDATE ON agents.runs TO agents_steward",
        """
        CREATE FUNCTION agents.claim_runs(claimant text, most integer, lease_seconds double precision)
        RETURNS TABLE (tenant_id uuid, id uuid, epoch bigint)
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            UPDATE agents.runs AS run
            SET worker = claimant, epoch = run.epoch + 1, attempts = run.attempts + 1,
                due_at = now() + make_interval(secs => lease_seconds)
            FROM (
                SELECT due.tenant_id, due.id FROM agents.runs AS due
                WHERE due.status = 'running' AND due.due_at <= now()
                ORDER BY due.due_at LIMIT most FOR UPDATE SKIP LOCKED
            ) AS due
            WHERE run.tenant_id = due.tenant_id AND run.id = due.id
            RETURNING run.tenant_id, run.id, run.epoch
        $$
        """,
        """
        CREATE FUNCTION agents.extend_leases(claimant text, lease_seconds double precision) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH extended AS (
                UPDATE agents.runs SET due_at = now() + make_interval(secs => lease_seconds)
                WHERE worker = claimant AND status = 'running' AND due_at > now()
                RETURNING 1
            )
            SELECT count(*) FROM extended
        $$
        """,
        "ALTER FUNCTION agents.claim_runs(text, integer, double precision) OWNER TO agents_steward",
        "ALTER FUNCTION agents.extend_leases(text, double precision) OWNER TO agents_steward",
        "REVOKE ALL ON FUNCTION agents.claim_runs(text, integer, double precision) FROM PUBLIC",
        "REVOKE ALL ON FUNCTION agents.extend_leases(text, double precision) FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION agents.claim_runs(text, integer, double precision) TO agents",
        "GRANT EXECUTE ON FUNCTION agents.extend_leases(text, double precision) TO agents",
    ]
}
