import Postgres

extension Migrations {
    /// The queue of ingestion. `available_at` is when a job may be claimed; for a running job that is when its lease
    /// ends, so a lost worker's job comes back by itself.
    static let jobs = Migration(
        3, "jobs",
        up: [
            """
            CREATE TABLE rag.jobs (
                tenant_id uuid NOT NULL,
                document_id uuid NOT NULL,
                generation integer NOT NULL,
                epoch bigint NOT NULL,
                attempts integer NOT NULL,
                is_running boolean NOT NULL,
                available_at timestamptz NOT NULL,
                enqueued_at timestamptz NOT NULL,
                last_error text,
                PRIMARY KEY (tenant_id, document_id),
                FOREIGN KEY (tenant_id, document_id) REFERENCES rag.documents (tenant_id, id) ON DELETE CASCADE
            )
            """,
            "CREATE INDEX jobs_by_availability ON rag.jobs (tenant_id, available_at)",
        ]
            + tenantPolicy("jobs", grant: "SELECT, INSERT, UPDATE, DELETE")
            + [
                "CREATE POLICY steward ON rag.jobs TO rag_steward USING (true) WITH CHECK (true)",
                "GRANT SELECT, UPDATE ON rag.jobs TO rag_steward",
                claimJobs,
                "ALTER FUNCTION rag.claim_jobs(integer, double precision) OWNER TO rag_steward",
                queueStatistics,
                "ALTER FUNCTION rag.queue_statistics() OWNER TO rag_steward",
            ] + grants,
        down: [
            "DROP FUNCTION rag.queue_statistics()", "DROP FUNCTION rag.claim_jobs(integer, double precision)",
            "DROP TABLE rag.jobs",
        ])

    private static let grants = [
        "SET LOCAL ROLE rag_steward",
        "REVOKE ALL ON FUNCTION rag.claim_jobs(integer, double precision) FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION rag.claim_jobs(integer, double precision) TO rag",
        "REVOKE ALL ON FUNCTION rag.queue_statistics() FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION rag.queue_statistics() TO rag",
        "SET LOCAL ROLE rag_owner",
    ]

    /// Claims the next jobs, fairly: a tenant's second job waits for every other tenant's first, and what a tenant has
    /// running already counts. The tenants are found by skipping through the index, so a tenant with a long queue
    /// makes nobody's claim slow.
    private static let claimJobs = """
        CREATE FUNCTION rag.claim_jobs(maximum integer, lease_seconds double precision)
        RETURNS TABLE (
            tenant_id uuid, document_id uuid, generation integer, epoch bigint, attempts integer, last_error text,
            enqueued_at timestamptz)
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
        AS $$
            WITH RECURSIVE tenants AS (
                (SELECT j.tenant_id FROM rag.jobs j ORDER BY j.tenant_id LIMIT 1)
                UNION ALL
                SELECT (SELECT j.tenant_id FROM rag.jobs j WHERE j.tenant_id > t.tenant_id
                        ORDER BY j.tenant_id LIMIT 1)
                FROM tenants t WHERE t.tenant_id IS NOT NULL
            ), candidates AS (
                SELECT ready.tenant_id, ready.document_id, ready.available_at, ready.turn + running.count AS turn
                FROM tenants t
                CROSS JOIN LATERAL (
                    SELECT count(*) AS count FROM rag.jobs r
                    WHERE r.tenant_id = t.tenant_id AND r.is_running AND r.available_at > now()) running
                CROSS JOIN LATERAL (
                    SELECT first.*, row_number() OVER (ORDER BY first.available_at) AS turn
                    FROM (SELECT j.tenant_id, j.document_id, j.available_at FROM rag.jobs j
                          WHERE j.tenant_id = t.tenant_id AND j.available_at <= now()
                          ORDER BY j.available_at LIMIT 4 * maximum) first) ready
                WHERE t.tenant_id IS NOT NULL
            ), picked AS (
                SELECT j.tenant_id, j.document_id
                FROM candidates c JOIN rag.jobs j ON j.tenant_id = c.tenant_id AND j.document_id = c.document_id
                WHERE j.available_at <= now()
                ORDER BY c.turn, c.available_at
                LIMIT maximum
                FOR UPDATE OF j SKIP LOCKED
            )
            UPDATE rag.jobs j
            SET epoch = j.epoch + 1, attempts = j.attempts + 1, is_running = true,
                available_at = now() + make_interval(secs => lease_seconds)
            FROM picked p WHERE j.tenant_id = p.tenant_id AND j.document_id = p.document_id
            RETURNING j.tenant_id, j.document_id, j.generation, j.epoch, j.attempts, j.last_error, j.enqueued_at
        $$
        """

    private static let queueStatistics = """
        CREATE FUNCTION rag.queue_statistics()
        RETURNS TABLE (waiting bigint, running bigint, oldest_seconds double precision)
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
        AS $$
            SELECT count(*) FILTER (WHERE NOT (is_running AND available_at > now())),
                count(*) FILTER (WHERE is_running AND available_at > now()),
                coalesce(extract(epoch FROM now() - min(enqueued_at)), 0)::double precision
            FROM rag.jobs
        $$
        """
}
