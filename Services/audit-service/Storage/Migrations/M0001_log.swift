import Postgres

extension Migration {
    /// The logs of all tenants: leaves, tree nodes, and the waiting room for records that find a tree locked.
    static let log = Migration(
        1, "log",
        up: [
            """
            -- The newest state of each tenant's log. Its row is the lock under which the log grows.
            CREATE TABLE audit.logs (
                tenant_id uuid NOT NULL PRIMARY KEY,
                size bigint NOT NULL CHECK (size >= 0),
                -- The hashes at the right edge of the tree, largest subtree first, 32 bytes each.
                frontier bytea NOT NULL,
                -- The signed note over the tree of this size; empty before the first record.
                checkpoint text NOT NULL,
                signed_at timestamptz NOT NULL DEFAULT now()
            );

            CREATE TABLE audit.records (
                tenant_id uuid NOT NULL,
                leaf_index bigint NOT NULL CHECK (leaf_index >= 0),
                id uuid NOT NULL,
                occurred_at timestamptz NOT NULL,
                received_at timestamptz NOT NULL,
                issuer text NOT NULL,
                action text NOT NULL,
                actor text NOT NULL,
                -- The exact bytes of the leaf.
                entry bytea NOT NULL,
                leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
                PRIMARY KEY (tenant_id, leaf_index),
                UNIQUE (tenant_id, id)
            );
            CREATE INDEX records_by_action ON audit.records (tenant_id, action, leaf_index);
            CREATE INDEX records_by_actor ON audit.records (tenant_id, actor, leaf_index);

            -- Roots of complete subtrees of two leaves and more.
            CREATE TABLE audit.nodes (
                tenant_id uuid NOT NULL,
                level smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
                node_index bigint NOT NULL CHECK (node_index >= 0),
                hash bytea NOT NULL CHECK (octet_length(hash) = 32),
                PRIMARY KEY (tenant_id, level, node_index)
            );

            -- Records that were accepted while another writer held their log; they move into it soon.
            CREATE TABLE audit.waiting (
                tenant_id uuid NOT NULL,
                id uuid NOT NULL,
                received_at timestamptz NOT NULL DEFAULT now(),
                issuer text NOT NULL,
                entry bytea NOT NULL,
                PRIMARY KEY (tenant_id, id)
            );
            """,
            rowLevelSecurity,
            grants,
            immutability,
            acrossTenants,
        ],
        down: [
            """
            DROP FUNCTION audit.release_waiting(uuid, uuid[]);
            DROP FUNCTION audit.waiting_tenants(integer);
            DROP FUNCTION audit.waiting_state();
            DROP TABLE audit.waiting, audit.nodes, audit.records, audit.logs;
            DROP FUNCTION audit.refuse_change();
            DROP FUNCTION audit.only_grow();
            """
        ])

    private static let rowLevelSecurity = """
        DO $$
        DECLARE name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['logs', 'records', 'nodes', 'waiting'] LOOP
                EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE audit.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format(
                    'CREATE POLICY tenant ON audit.%I '
                    'USING (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid) '
                    'WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant'', true), '''')::uuid)', name);
            END LOOP;
        END
        $$;
        CREATE POLICY steward ON audit.waiting TO audit_steward USING (true) WITH CHECK (true);
        CREATE POLICY steward ON audit.records FOR SELECT TO audit_steward USING (true);
        """

    private static let grants = """
        GRANT SELECT, INSERT ON audit.records, audit.nodes, audit.waiting TO audit;
        GRANT SELECT, INSERT, UPDATE ON audit.logs TO audit;
        GRANT SELECT, DELETE ON audit.waiting TO audit_steward;
        GRANT SELECT ON audit.records TO audit_steward;
        """

    /// Grants stop the service; these stop the owner too. Whoever removes them leaves a log whose proofs fail.
    private static let immutability = """
        CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            RAISE EXCEPTION 'the audit log is append-only: % of %.% is refused',
                TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END
        $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.records
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.nodes
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
        CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit.logs
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

        CREATE FUNCTION audit.only_grow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NEW.tenant_id <> OLD.tenant_id OR NEW.size <= OLD.size THEN
                RAISE EXCEPTION 'an audit log only grows' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER only_grow BEFORE UPDATE ON audit.logs FOR EACH ROW EXECUTE FUNCTION audit.only_grow();
        """

    private static let acrossTenants = """
        -- Takes records out of the waiting room, but only those that are in the log.
        CREATE FUNCTION audit.release_waiting(p_tenant uuid, p_ids uuid[]) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH released AS (
                DELETE FROM audit.waiting w
                WHERE w.tenant_id = p_tenant AND w.id = ANY (p_ids) AND EXISTS (
                    SELECT FROM audit.records r WHERE r.tenant_id = p_tenant AND r.id = w.id)
                RETURNING 1)
            SELECT count(*) FROM released
        $$;
        ALTER FUNCTION audit.release_waiting(uuid, uuid[]) OWNER TO audit_steward;
        GRANT EXECUTE ON FUNCTION audit.release_waiting(uuid, uuid[]) TO audit;

        CREATE FUNCTION audit.waiting_tenants(p_limit integer) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT DISTINCT tenant_id FROM audit.waiting LIMIT p_limit
        $$;
        ALTER FUNCTION audit.waiting_tenants(integer) OWNER TO audit_steward;
        GRANT EXECUTE ON FUNCTION audit.waiting_tenants(integer) TO audit;

        -- How many records are accepted but under no signed checkpoint, and for how long the oldest has been.
        CREATE FUNCTION audit.waiting_state() RETURNS TABLE (records bigint, oldest_seconds double precision)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT count(*), COALESCE(extract(epoch FROM now() - min(received_at)), 0)::double precision
            FROM audit.waiting
        $$;
        ALTER FUNCTION audit.waiting_state() OWNER TO audit_steward;
        GRANT EXECUTE ON FUNCTION audit.waiting_state() TO audit;
        """
}
