import Postgres

extension Migration {
    /// A numbered list of what changed, from which every replica learns what to forget.
    ///
    /// The number comes from one row that the writing transaction locks, so numbers become visible in their order and a
    /// reader that has seen one has seen all before it. A sequence would not give that.
    static let m0002Changes = Migration(
        2, "changes",
        up: [
            """
            CREATE TABLE gateway.revision (
                singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
                value bigint NOT NULL
            );
            INSERT INTO gateway.revision (value) VALUES (0);
            CREATE TABLE gateway.changes (
                revision bigint PRIMARY KEY,
                changed_tenant uuid NOT NULL,
                noted_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE INDEX changes_by_time ON gateway.changes (noted_at);
            GRANT SELECT, UPDATE ON gateway.revision TO gateway_steward;
            GRANT SELECT, INSERT, DELETE ON gateway.changes TO gateway_steward;
            """,
            // Ten minutes of changes are kept; a replica that fell further behind forgets everything.
            """
            CREATE FUNCTION gateway.note_change() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
            DECLARE
                subject uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
                number bigint;
            BEGIN
                UPDATE gateway.revision SET value = value + 1 RETURNING value INTO number;
                INSERT INTO gateway.changes (revision, changed_tenant) VALUES (number, subject);
                DELETE FROM gateway.changes WHERE noted_at < now() - interval '10 minutes';
                RETURN NULL;
            END $$;
            CREATE FUNCTION gateway.changes_after(seen bigint, most integer)
            RETURNS TABLE (revision bigint, changed_tenant uuid, is_complete boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
                SELECT r.value, NULL::uuid,
                    r.value - seen = (SELECT count(*) FROM gateway.changes c WHERE c.revision > seen)
                        AND r.value - seen <= most
                FROM gateway.revision r
                UNION ALL
                (SELECT c.revision, c.changed_tenant, true FROM gateway.changes c
                WHERE c.revision > seen ORDER BY c.revision LIMIT most)
            $$;
            ALTER FUNCTION gateway.note_change() OWNER TO gateway_steward;
            ALTER FUNCTION gateway.changes_after(bigint, integer) OWNER TO gateway_steward;
            GRANT EXECUTE ON FUNCTION gateway.changes_after(bigint, integer) TO gateway;
            GRANT EXECUTE ON FUNCTION gateway.note_change() TO gateway, gateway_owner;
            CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON gateway.tenants
                FOR EACH ROW EXECUTE FUNCTION gateway.note_change();
            CREATE TRIGGER note_change AFTER UPDATE OR DELETE ON gateway.api_keys
                FOR EACH ROW EXECUTE FUNCTION gateway.note_change();
            CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON gateway.providers
                FOR EACH ROW EXECUTE FUNCTION gateway.note_change();
            """,
        ],
        down: [
            """
            DROP TRIGGER note_change ON gateway.providers;
            DROP TRIGGER note_change ON gateway.api_keys;
            DROP TRIGGER note_change ON gateway.tenants;
            DROP FUNCTION gateway.changes_after(bigint, integer);
            DROP FUNCTION gateway.note_change();
            DROP TABLE gateway.changes;
            DROP TABLE gateway.revision;
            """
        ])
}

extension [Migration] {
    static let gateway: [Migration] = [
        .m0001Tenants, .m0002Changes, .m0003OperatorAnswers, .m0004Routing, .m0005Batches,
    ]
}
