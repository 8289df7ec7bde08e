import Postgres

extension Migration {
    /// Prices, events, the sums kept beside them, budgets and leases.
    static let ledger = Migration(
        1, "ledger",
        up: [
            """
            CREATE TABLE billing.price_versions (
                version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                effective_from timestamptz NOT NULL UNIQUE,
                created_at timestamptz NOT NULL DEFAULT now(),
                created_by text NOT NULL,
                -- What a model without a price costs: never nothing.
                fallback_prompt bigint NOT NULL CHECK (fallback_prompt > 0),
                fallback_completion bigint NOT NULL CHECK (fallback_completion > 0),
                fallback_cached bigint NOT NULL CHECK (fallback_cached BETWEEN 1 AND fallback_prompt)
            );
            CREATE TABLE billing.prices (
                version bigint NOT NULL REFERENCES billing.price_versions,
                model text NOT NULL,
                prompt bigint NOT NULL CHECK (prompt >= 0),
                completion bigint NOT NULL CHECK (completion >= 0),
                cached bigint NOT NULL CHECK (cached BETWEEN 0 AND prompt),
                PRIMARY KEY (version, model)
            );
            """,
            """
            CREATE TABLE billing.usage_events (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                occurred_at timestamptz NOT NULL,
                received_at timestamptz NOT NULL DEFAULT now(),
                issuer text NOT NULL,
                kind text NOT NULL,
                request_id text NOT NULL,
                attempt integer NOT NULL,
                model text,
                provider text,
                prompt_tokens bigint NOT NULL CHECK (prompt_tokens >= 0),
                completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
                cached_tokens bigint NOT NULL CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
                is_exact boolean NOT NULL,
                lease_id uuid,
                api_key uuid,
                user_label text,
                -- pico-USD
                cost bigint NOT NULL CHECK (cost >= 0),
                price_version bigint NOT NULL REFERENCES billing.price_versions,
                period date NOT NULL,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE INDEX usage_events_by_time ON billing.usage_events (tenant_id, occurred_at DESC, id DESC);

            CREATE TABLE billing.usage_rollups (
                tenant_id uuid NOT NULL,
                day date NOT NULL,
                kind text NOT NULL,
                model text NOT NULL,
                requests bigint NOT NULL,
                prompt_tokens bigint NOT NULL,
                completion_tokens bigint NOT NULL,
                cached_tokens bigint NOT NULL,
                cost numeric(38, 0) NOT NULL,
                PRIMARY KEY (tenant_id, day, kind, model)
            );

            CREATE TABLE billing.budgets (
                tenant_id uuid NOT NULL PRIMARY KEY,
                monthly numeric(38, 0) CHECK (monthly >= 0),
                updated_at timestamptz NOT NULL DEFAULT now(),
                updated_by text NOT NULL
            );

            -- What a month has cost so far. Its row is also the lock under which leases on the month are granted.
            CREATE TABLE billing.periods (
                tenant_id uuid NOT NULL,
                period date NOT NULL,
                posted numeric(38, 0) NOT NULL DEFAULT 0,
                PRIMARY KEY (tenant_id, period)
            );

            CREATE TABLE billing.leases (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                period date NOT NULL,
                replica text NOT NULL,
                granted bigint NOT NULL CHECK (granted > 0),
                expires_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'reconciled')),
                declared bigint CHECK (declared >= 0),
                closed_at timestamptz,
                posted numeric(38, 0) NOT NULL DEFAULT 0,
                outstanding numeric(38, 0) NOT NULL GENERATED ALWAYS AS (
                    CASE state
                        WHEN 'open' THEN GREATEST(granted - posted, 0)
                        WHEN 'closed' THEN GREATEST(declared - posted, 0)
                        ELSE 0
                    END) STORED,
                PRIMARY KEY (tenant_id, id),
                CHECK ((state = 'closed') <= (declared IS NOT NULL))
            );
            CREATE INDEX leases_outstanding ON billing.leases (tenant_id, period) WHERE outstanding > 0;
            """,
            rowLevelSecurity,
            grants,
            acrossTenants,
        ],
        down: [
            """
            DROP FUNCTION billing.reconcile_replica(text, uuid[]);
            DROP FUNCTION billing.sweep_leases(integer);
            DROP FUNCTION billing.ledger_drift(uuid, date, integer);
            DROP TABLE billing.leases, billing.periods, billing.budgets, billing.usage_rollups, billing.usage_events,
                billing.prices, billing.price_versions;
            """
        ])

    private static let rowLevelSecurity = """
        DO $$
        DECLARE name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['usage_events', 'usage_rollups', 'budgets', 'periods', 'leases'] LOOP
                EXECUTE format('ALTER TABLE billing.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE billing.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format(
                    'CREATE POLICY tenant ON billing.%I '
                    'USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid) '
                    'WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
            END LOOP;
        END
        $$;
        CREATE POLICY steward ON billing.usage_events FOR SELECT TO billing_steward USING (true);
        CREATE POLICY steward ON billing.usage_rollups FOR SELECT TO billing_steward USING (true);
        CREATE POLICY steward ON billing.periods FOR SELECT TO billing_steward USING (true);
        CREATE POLICY steward ON billing.leases TO billing_steward USING (true) WITH CHECK (true);
        """

    private static let grants = """
        -- An event and a price, once posted, stay as they are.
        GRANT SELECT, INSERT ON billing.price_versions, billing.prices, billing.usage_events TO billing;
        GRANT SELECT, INSERT, UPDATE ON billing.usage_rollups, billing.budgets, billing.periods, billing.leases
            TO billing;
        GRANT SELECT ON billing.usage_events, billing.usage_rollups, billing.periods TO billing_steward;
        GRANT SELECT, UPDATE, DELETE ON billing.leases TO billing_steward;
        """

    private static let acrossTenants = """
        -- Lets go of what a gateway's leases still reserve, but for those it keeps.
        CREATE FUNCTION billing.reconcile_replica(p_replica text, p_keep uuid[]) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH released AS (
                UPDATE billing.leases l SET state = 'reconciled', closed_at = COALESCE(l.closed_at, now())
                FROM (
                    -- In the order in which postings lock them, so that neither waits for the other.
                    SELECT tenant_id, id FROM billing.leases
                    WHERE replica = p_replica AND outstanding > 0 AND id <> ALL (p_keep)
                    ORDER BY tenant_id, id FOR UPDATE) AS idle
                WHERE l.tenant_id = idle.tenant_id AND l.id = idle.id
                RETURNING 1)
            SELECT count(*) FROM released
        $$;
        ALTER FUNCTION billing.reconcile_replica(text, uuid[]) OWNER TO billing_steward;
        GRANT EXECUTE ON FUNCTION billing.reconcile_replica(text, uuid[]) TO billing;

        -- Removes leases that reserve nothing and ended a week ago. An event that comes later still posts: to the
        -- month in which it happened.
        CREATE FUNCTION billing.sweep_leases(p_limit integer) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH swept AS (
                DELETE FROM billing.leases l USING (
                    SELECT tenant_id, id FROM billing.leases
                    WHERE outstanding = 0 AND GREATEST(closed_at, expires_at) < now() - interval '7 days'
                    LIMIT p_limit FOR UPDATE SKIP LOCKED) old
                WHERE l.tenant_id = old.tenant_id AND l.id = old.id
                RETURNING 1)
            SELECT count(*) FROM swept
        $$;
        ALTER FUNCTION billing.sweep_leases(integer) OWNER TO billing_steward;
        GRANT EXECUTE ON FUNCTION billing.sweep_leases(integer) TO billing;

        -- For the next tenants after `p_after`: what the sums say more than the events (since a day), and what the
        -- months say more than the sums (ever). Both are zero, always: one statement sees one moment.
        CREATE FUNCTION billing.ledger_drift(p_after uuid, p_since date, p_limit integer)
        RETURNS TABLE (tenant uuid, rollup_drift numeric, period_drift numeric)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT t.tenant_id,
                COALESCE((SELECT sum(r.cost) FROM billing.usage_rollups r
                    WHERE r.tenant_id = t.tenant_id AND r.day >= p_since), 0)
                - COALESCE((SELECT sum(e.cost) FROM billing.usage_events e
                    WHERE e.tenant_id = t.tenant_id AND e.occurred_at >= p_since::timestamp AT TIME ZONE 'UTC'), 0),
                COALESCE((SELECT sum(p.posted) FROM billing.periods p WHERE p.tenant_id = t.tenant_id), 0)
                - COALESCE((SELECT sum(r.cost) FROM billing.usage_rollups r WHERE r.tenant_id = t.tenant_id), 0)
            FROM (
                SELECT DISTINCT tenant_id FROM billing.periods
                WHERE tenant_id > p_after ORDER BY tenant_id LIMIT p_limit) t
            ORDER BY t.tenant_id
        $$;
        ALTER FUNCTION billing.ledger_drift(uuid, date, integer) OWNER TO billing_steward;
        GRANT EXECUTE ON FUNCTION billing.ledger_drift(uuid, date, integer) TO billing;
        """
}
