import Postgres

extension Migration {
    /// Files, and batches of calls that read one and write two.
    ///
    /// `available_at` says when a worker may claim a batch; for one that is held, that is when its lease ends, so a lost
    /// worker's batch comes back by itself. `epoch` counts the claims: what a worker writes is written only while the
    /// epoch is still its own.
    static let m0005Batches = Migration(
        5, "batches",
        up: [
            """
            CREATE TABLE gateway.files (
                tenant_id uuid NOT NULL REFERENCES gateway.tenants,
                id uuid NOT NULL,
                name text NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
                purpose text NOT NULL CHECK (purpose IN ('batch', 'batch_output')),
                bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
                is_ready boolean NOT NULL DEFAULT false,
                created_at timestamptz NOT NULL DEFAULT now(),
                -- Of the last piece; a file that nobody goes on writing is swept.
                written_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE INDEX files_by_age ON gateway.files (tenant_id, created_at DESC, id DESC);
            CREATE TABLE gateway.file_chunks (
                tenant_id uuid NOT NULL,
                file_id uuid NOT NULL,
                position integer NOT NULL,
                content bytea NOT NULL,
                PRIMARY KEY (tenant_id, file_id, position),
                FOREIGN KEY (tenant_id, file_id) REFERENCES gateway.files (tenant_id, id) ON DELETE CASCADE
            );
            CREATE TABLE gateway.batches (
                tenant_id uuid NOT NULL REFERENCES gateway.tenants,
                id uuid NOT NULL,
                input_file_id uuid NOT NULL,
                output_file_id uuid,
                error_file_id uuid,
                endpoint text NOT NULL,
                completion_window text NOT NULL,
                metadata jsonb,
                problems jsonb,
                status text NOT NULL DEFAULT 'validating' CHECK (status IN ('validating', 'in_progress', 'finalizing',
                    'completed', 'failed', 'expired', 'cancelling', 'cancelled')),
                total integer NOT NULL DEFAULT 0,
                completed integer NOT NULL DEFAULT 0,
                failed integer NOT NULL DEFAULT 0,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                in_progress_at timestamptz,
                finalizing_at timestamptz,
                completed_at timestamptz,
                failed_at timestamptz,
                expired_at timestamptz,
                cancelling_at timestamptz,
                cancelled_at timestamptz,
                -- On whose behalf its lines are called.
                actor text NOT NULL,
                roles text[] NOT NULL,
                api_key uuid,
                user_label text,
                is_held boolean NOT NULL DEFAULT false,
                available_at timestamptz NOT NULL DEFAULT now(),
                epoch bigint NOT NULL DEFAULT 0,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE INDEX batches_by_age ON gateway.batches (tenant_id, created_at DESC, id DESC);
            CREATE INDEX batches_live ON gateway.batches (tenant_id, available_at)
                WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling');
            CREATE TABLE gateway.batch_lines (
                tenant_id uuid NOT NULL,
                batch_id uuid NOT NULL,
                line integer NOT NULL,
                custom_id text NOT NULL,
                -- The place of its body in the input file.
                body_offset bigint NOT NULL,
                body_length integer NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                -- NULL for a line that was never answered; its code and message say why.
                status integer,
                answer bytea,
                error_code text,
                error_message text,
                finished_at timestamptz,
                PRIMARY KEY (tenant_id, batch_id, line),
                FOREIGN KEY (tenant_id, batch_id) REFERENCES gateway.batches (tenant_id, id) ON DELETE CASCADE
            );
            CREATE INDEX batch_lines_open ON gateway.batch_lines (tenant_id, batch_id, line)
                WHERE finished_at IS NULL;
            """,
            rowLevelSecurity,
            """
            GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.files, gateway.file_chunks, gateway.batches,
                gateway.batch_lines TO gateway;
            GRANT SELECT, UPDATE, DELETE ON gateway.files, gateway.file_chunks, gateway.batches TO gateway_steward;
            GRANT DELETE, SELECT ON gateway.batch_lines TO gateway_steward;
            """,
            acrossTenants,
        ],
        down: [
            """
            DROP FUNCTION gateway.claim_batch(double precision);
            DROP FUNCTION gateway.sweep_batches(double precision, integer);
            DROP FUNCTION gateway.batch_statistics();
            DROP TABLE gateway.batch_lines;
            DROP TABLE gateway.batches;
            DROP TABLE gateway.file_chunks;
            DROP TABLE gateway.files;
            """
        ])

    private static let rowLevelSecurity = """
        DO $$
        DECLARE name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['files', 'file_chunks', 'batches', 'batch_lines'] LOOP
                EXECUTE format('ALTER TABLE gateway.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE gateway.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format(
                    'CREATE POLICY tenant ON gateway.%I '
                    'USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid) '
                    'WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
                EXECUTE format(
                    'CREATE POLICY steward ON gateway.%I TO gateway_steward USING (true) WITH CHECK (true)', name);
            END LOOP;
        END
        $$;
        """

    private static let acrossTenants = """
        -- Claims the next batch, fairly: a tenant that has one held waits for those that have none, and a batch that was
        -- served waits for those that were not since.
        CREATE FUNCTION gateway.claim_batch(lease_seconds double precision)
        RETURNS TABLE (tenant_id uuid, id uuid, epoch bigint)
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            UPDATE gateway.batches b SET epoch = b.epoch + 1, is_held = true,
                available_at = now() + make_interval(secs => lease_seconds)
            FROM (
                SELECT ready.tenant_id, ready.id FROM gateway.batches ready
                WHERE ready.status IN ('validating', 'in_progress', 'finalizing', 'cancelling')
                    AND ready.available_at <= now()
                ORDER BY (
                    SELECT count(*) FROM gateway.batches held
                    WHERE held.tenant_id = ready.tenant_id AND held.is_held AND held.available_at > now()
                        AND held.status IN ('validating', 'in_progress', 'finalizing', 'cancelling')),
                    ready.available_at
                LIMIT 1 FOR UPDATE OF ready SKIP LOCKED) next
            WHERE b.tenant_id = next.tenant_id AND b.id = next.id
            RETURNING b.tenant_id, b.id, b.epoch
        $$;
        ALTER FUNCTION gateway.claim_batch(double precision) OWNER TO gateway_steward;
        GRANT EXECUTE ON FUNCTION gateway.claim_batch(double precision) TO gateway;

        -- Removes expired files, but for those that a live batch reads, files whose writer has gone, and batches that
        -- ended longer ago than files are kept.
        CREATE FUNCTION gateway.sweep_batches(retention_seconds double precision, most integer) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH old_files AS (
                SELECT f.tenant_id, f.id FROM gateway.files f
                WHERE (f.expires_at < now() OR (NOT f.is_ready AND f.written_at < now() - interval '1 hour'))
                    AND NOT EXISTS (
                        SELECT FROM gateway.batches b
                        WHERE b.tenant_id = f.tenant_id AND b.input_file_id = f.id
                            AND b.status IN ('validating', 'in_progress', 'finalizing', 'cancelling'))
                LIMIT most FOR UPDATE OF f SKIP LOCKED
            ), swept_files AS (
                DELETE FROM gateway.files f USING old_files o WHERE f.tenant_id = o.tenant_id AND f.id = o.id
                RETURNING 1
            ), old_batches AS (
                SELECT b.tenant_id, b.id FROM gateway.batches b
                WHERE b.status NOT IN ('validating', 'in_progress', 'finalizing', 'cancelling')
                    AND b.available_at < now() - make_interval(secs => retention_seconds)
                LIMIT most FOR UPDATE OF b SKIP LOCKED
            ), swept_batches AS (
                DELETE FROM gateway.batches b USING old_batches o WHERE b.tenant_id = o.tenant_id AND b.id = o.id
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM swept_files) + (SELECT count(*) FROM swept_batches)
        $$;
        ALTER FUNCTION gateway.sweep_batches(double precision, integer) OWNER TO gateway_steward;
        GRANT EXECUTE ON FUNCTION gateway.sweep_batches(double precision, integer) TO gateway;

        CREATE FUNCTION gateway.batch_statistics() RETURNS TABLE (waiting bigint, held bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT count(*) FILTER (WHERE NOT (b.is_held AND b.available_at > now())),
                count(*) FILTER (WHERE b.is_held AND b.available_at > now())
            FROM gateway.batches b WHERE b.status IN ('validating', 'in_progress', 'finalizing', 'cancelling')
        $$;
        ALTER FUNCTION gateway.batch_statistics() OWNER TO gateway_steward;
        GRANT EXECUTE ON FUNCTION gateway.batch_statistics() TO gateway;
        """
}
