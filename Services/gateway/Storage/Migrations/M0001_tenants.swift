import Postgres

extension Migration {
    /// Tenants, their API keys and their model providers.
    static let m0001Tenants = Migration(
        1, "tenants",
        up: [
            """
            CREATE TABLE gateway.tenants (
                tenant_id uuid PRIMARY KEY,
                name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
                plan text NOT NULL CHECK (length(plan) BETWEEN 1 AND 64),
                status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
                requests_per_minute integer NOT NULL CHECK (requests_per_minute BETWEEN 1 AND 100000000),
                created_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE TABLE gateway.api_keys (
                tenant_id uuid NOT NULL REFERENCES gateway.tenants,
                id uuid NOT NULL,
                kid text NOT NULL CHECK (length(kid) = 12),
                digest bytea NOT NULL CHECK (length(digest) = 32),
                name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
                roles text[] NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz,
                revoked_at timestamptz,
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, kid)
            );
            CREATE TABLE gateway.providers (
                tenant_id uuid NOT NULL REFERENCES gateway.tenants,
                id uuid NOT NULL,
                name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
                kind text NOT NULL CHECK (kind IN ('openai', 'openai-compatible')),
                base_url text NOT NULL CHECK (length(base_url) BETWEEN 1 AND 2000),
                sealed_key bytea,
                models text[] NOT NULL,
                priority integer NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, name)
            );
            """,
            tenantTable("tenants"), tenantTable("api_keys"), tenantTable("providers"),
            """
            GRANT SELECT, INSERT, UPDATE ON gateway.tenants TO gateway;
            GRANT SELECT, INSERT, UPDATE ON gateway.api_keys TO gateway;
            GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.providers TO gateway;
            GRANT SELECT ON gateway.tenants, gateway.api_keys TO gateway_steward;
            CREATE POLICY steward ON gateway.tenants TO gateway_steward USING (true) WITH CHECK (true);
            CREATE POLICY steward ON gateway.api_keys TO gateway_steward USING (true) WITH CHECK (true);
            """,
            // The one lookup that comes before the tenant is known, hence the one index that does not begin with it.
            """
            CREATE INDEX api_keys_by_kid ON gateway.api_keys (kid);
            CREATE FUNCTION gateway.find_api_key(wanted text)
            RETURNS TABLE (tenant_id uuid, id uuid, digest bytea, roles text[], expires_at timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
                SELECT k.tenant_id, k.id, k.digest, k.roles, k.expires_at FROM gateway.api_keys k
                WHERE k.kid = wanted AND k.revoked_at IS NULL
                LIMIT 4
            $$;
            CREATE FUNCTION gateway.list_tenants(after uuid, most integer)
            RETURNS SETOF gateway.tenants
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
                SELECT t.* FROM gateway.tenants t
                WHERE after IS NULL OR t.tenant_id > after
                ORDER BY t.tenant_id LIMIT most
            $$;
            ALTER FUNCTION gateway.find_api_key(text) OWNER TO gateway_steward;
            ALTER FUNCTION gateway.list_tenants(uuid, integer) OWNER TO gateway_steward;
            GRANT EXECUTE ON FUNCTION gateway.find_api_key(text), gateway.list_tenants(uuid, integer) TO gateway;
            """,
        ],
        down: [
            """
            DROP FUNCTION gateway.list_tenants(uuid, integer);
            DROP FUNCTION gateway.find_api_key(text);
            DROP TABLE gateway.providers;
            DROP TABLE gateway.api_keys;
            DROP TABLE gateway.tenants;
            """
        ])

    private static func tenantTable(_ table: String) -> String {
        """
        ALTER TABLE gateway.\(table) ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.\(table) FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON gateway.\(table)
            USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid);
        """
    }
}
