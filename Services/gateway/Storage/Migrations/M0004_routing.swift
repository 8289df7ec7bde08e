import Postgres

extension Migration {
    /// Providers of any kind with a region and a weight, the configuration of each tenant with its history, and the
    /// catalogue of models.
    static let m0004Routing = Migration(
        4, "routing",
        up: [
            // Which kinds there are is the program's to know: a new one needs no migration.
            """
            ALTER TABLE gateway.providers DROP CONSTRAINT providers_kind_check;
            ALTER TABLE gateway.providers
                ADD CONSTRAINT providers_kind_check CHECK (length(kind) BETWEEN 1 AND 64),
                ADD COLUMN region text CHECK (length(region) BETWEEN 1 AND 32),
                ADD COLUMN weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
                ADD COLUMN options jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object');
            """,
            // Every version is kept and none is changed; the highest is in force.
            """
            CREATE TABLE gateway.configurations (
                tenant_id uuid NOT NULL REFERENCES gateway.tenants,
                version bigint NOT NULL CHECK (version > 0),
                document jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
                changed_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (tenant_id, version)
            );
            ALTER TABLE gateway.configurations ENABLE ROW LEVEL SECURITY;
            ALTER TABLE gateway.configurations FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON gateway.configurations
                USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
                WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid);
            GRANT SELECT, INSERT ON gateway.configurations TO gateway;
            CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON gateway.configurations
                FOR EACH ROW EXECUTE FUNCTION gateway.note_change();
            """,
            """
            CREATE TABLE gateway.models (
                name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
                context_tokens bigint CHECK (context_tokens > 0),
                maximum_answer_tokens bigint CHECK (maximum_answer_tokens > 0),
                capabilities text[] NOT NULL,
                successor text,
                note text,
                changed_at timestamptz NOT NULL DEFAULT now()
            );
            GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.models TO gateway;
            """,
            firstModels,
            // A number without a tenant beside it: readers see that their list of changes is not complete, and forget
            // everything, which is what a change of the catalogue asks for.
            """
            CREATE FUNCTION gateway.note_change_for_all() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
            BEGIN
                UPDATE gateway.revision SET value = value + 1;
                RETURN NULL;
            END $$;
            ALTER FUNCTION gateway.note_change_for_all() OWNER TO gateway_steward;
            GRANT EXECUTE ON FUNCTION gateway.note_change_for_all() TO gateway, gateway_owner;
            CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON gateway.models
                FOR EACH STATEMENT EXECUTE FUNCTION gateway.note_change_for_all();
            """,
        ],
        // The earlier version would send the key of a provider whose kind it does not know as if it were OpenAI's, so
        // these providers go. Row-level security binds the owner too, and would hide them from this statement.
        down: [
            """
            DROP TABLE gateway.models;
            DROP FUNCTION gateway.note_change_for_all();
            DROP TABLE gateway.configurations;
            ALTER TABLE gateway.providers NO FORCE ROW LEVEL SECURITY;
            DELETE FROM gateway.providers WHERE kind NOT IN ('openai', 'openai-compatible');
            ALTER TABLE gateway.providers FORCE ROW LEVEL SECURITY;
            """,
            """
            ALTER TABLE gateway.providers DROP CONSTRAINT providers_kind_check;
            ALTER TABLE gateway.providers
                ADD CONSTRAINT providers_kind_check CHECK (kind IN ('openai', 'openai-compatible')),
                DROP COLUMN region, DROP COLUMN weight, DROP COLUMN options;
            """,
        ])

    /// The vendors' own figures. Operators correct them with `PUT /admin/v1/models/{name}`.
    private static let firstModels = """
        INSERT INTO gateway.models (name, context_tokens, maximum_answer_tokens, capabilities, successor)
        SELECT m.name, m.context_tokens, m.maximum_answer_tokens, string_to_array(m.capabilities, ' '), m.successor
        FROM (VALUES
            ('gpt-5', 400000, 128000, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gpt-5-mini', 400000, 128000, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gpt-5-nano', 400000, 128000, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gpt-4.1', 1047576, 32768, 'chat tools images json_schema batch streaming', NULL),
            ('gpt-4.1-mini', 1047576, 32768, 'chat tools images json_schema batch streaming', NULL),
            ('gpt-4.1-nano', 1047576, 32768, 'chat tools images json_schema batch streaming', NULL),
            ('gpt-4o', 128000, 16384, 'chat tools images json_schema batch streaming', NULL),
            ('gpt-4o-mini', 128000, 16384, 'chat tools images json_schema batch streaming', NULL),
            ('gpt-4-turbo', 128000, 4096, 'chat tools images batch streaming', 'gpt-4.1'),
            ('gpt-4', 8192, 8192, 'chat tools batch streaming', 'gpt-4.1'),
            ('gpt-3.5-turbo', 16385, 4096, 'chat tools batch streaming', 'gpt-4o-mini'),
            ('o1', 200000, 100000, 'chat tools images json_schema reasoning batch streaming', 'o3'),
            ('o3', 200000, 100000, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('o3-mini', 200000, 100000, 'chat tools json_schema reasoning batch streaming', 'o4-mini'),
            ('o4-mini', 200000, 100000, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('text-embedding-3-small', 8191, NULL, 'embedding batch', NULL),
            ('text-embedding-3-large', 8191, NULL, 'embedding batch', NULL),
            ('text-embedding-ada-002', 8191, NULL, 'embedding batch', 'text-embedding-3-small'),
            ('claude-opus-4-5', 200000, 64000, 'chat tools images json_schema reasoning prefill batch streaming', NULL),
            ('claude-opus-4-1', 200000, 32000, 'chat tools images json_schema reasoning prefill batch streaming', NULL),
            ('claude-opus-4', 200000, 32000, 'chat tools images reasoning prefill batch streaming', 'claude-opus-4-1'),
            ('claude-sonnet-4-5', 200000, 64000, 'chat tools images json_schema reasoning prefill batch streaming',
                NULL),
            ('claude-sonnet-4', 200000, 64000, 'chat tools images reasoning prefill batch streaming',
                'claude-sonnet-4-5'),
            ('claude-haiku-4-5', 200000, 64000, 'chat tools images json_schema reasoning prefill batch streaming',
                NULL),
            ('claude-3-7-sonnet', 200000, 64000, 'chat tools images reasoning prefill batch streaming',
                'claude-sonnet-4-5'),
            ('claude-3-5-sonnet', 200000, 8192, 'chat tools images prefill batch streaming', 'claude-sonnet-4-5'),
            ('claude-3-5-haiku', 200000, 8192, 'chat tools images prefill batch streaming', 'claude-haiku-4-5'),
            ('claude-3-haiku', 200000, 4096, 'chat tools images prefill batch streaming', 'claude-haiku-4-5'),
            ('gemini-2.5-pro', 1048576, 65536, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gemini-2.5-flash', 1048576, 65536, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gemini-2.5-flash-lite', 1048576, 65536, 'chat tools images json_schema reasoning batch streaming', NULL),
            ('gemini-2.0-flash', 1048576, 8192, 'chat tools images json_schema batch streaming', 'gemini-2.5-flash'),
            ('gemini-embedding-001', 2048, NULL, 'embedding batch', NULL),
            ('text-embedding-004', 2048, NULL, 'embedding', 'gemini-embedding-001'),
            ('mistral-large', 128000, NULL, 'chat tools json_schema prefill batch streaming', NULL),
            ('mistral-medium', 128000, NULL, 'chat tools images json_schema prefill batch streaming', NULL),
            ('mistral-small', 128000, NULL, 'chat tools images json_schema prefill batch streaming', NULL),
            ('ministral-8b', 128000, NULL, 'chat tools json_schema prefill batch streaming', NULL),
            ('codestral', 256000, NULL, 'chat tools json_schema prefill batch streaming', NULL),
            ('mistral-embed', 8192, NULL, 'embedding batch', NULL),
            ('command-a-03-2025', 256000, 8000, 'chat tools json_schema streaming', NULL),
            ('command-r-plus', 128000, 4000, 'chat tools json_schema streaming', 'command-a-03-2025'),
            ('command-r', 128000, 4000, 'chat tools json_schema streaming', NULL),
            ('command-r7b-12-2024', 128000, 4000, 'chat tools json_schema streaming', NULL),
            ('embed-v4.0', 128000, NULL, 'embedding images batch', NULL),
            ('embed-english-v3.0', 512, NULL, 'embedding batch', 'embed-v4.0'),
            ('embed-multilingual-v3.0', 512, NULL, 'embedding batch', 'embed-v4.0'),
            ('deepseek-chat', 128000, 8192, 'chat tools prefill streaming', NULL),
            ('deepseek-reasoner', 128000, 65536, 'chat tools reasoning prefill streaming', NULL),
            ('nova-pro', 300000, 5120, 'chat tools images batch streaming', NULL),
            ('nova-lite', 300000, 5120, 'chat tools images batch streaming', NULL),
            ('nova-micro', 128000, 5120, 'chat tools batch streaming', NULL),
            ('titan-embed-text', 8192, NULL, 'embedding batch', NULL),
            ('llama-3.3-70b-instruct', 131072, NULL, 'chat tools json_schema streaming', NULL),
            ('llama-3.1-8b-instruct', 131072, NULL, 'chat tools json_schema streaming', NULL)
        ) AS m (name, context_tokens, maximum_answer_tokens, capabilities, successor);
        """
}
