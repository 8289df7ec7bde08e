import Postgres

extension Migration {
    /// Prices, events and sums by kind of token, the batch price, savings, and labels for attribution.
    ///
    /// Columns with a constant default are added without rewriting a table, and older processes that do not name them
    /// go on writing beside newer ones.
    static let tokenKinds = Migration(
        3, "token_kinds",
        up: [
            """
            ALTER TABLE billing.price_versions
                ADD COLUMN fallback_cache_write bigint CHECK (fallback_cache_write > 0),
                ADD COLUMN fallback_reasoning bigint CHECK (fallback_reasoning > 0),
                ADD COLUMN fallback_batch_percent bigint NOT NULL DEFAULT 100
                    CHECK (fallback_batch_percent BETWEEN 1 AND 100);
            ALTER TABLE billing.prices
                -- Like the prompt, and like the completion, where they are NULL.
                ADD COLUMN cache_write bigint CHECK (cache_write >= 0),
                ADD COLUMN reasoning bigint CHECK (reasoning >= 0),
                ADD COLUMN batch_percent bigint NOT NULL DEFAULT 100 CHECK (batch_percent BETWEEN 1 AND 100);
            ALTER TABLE billing.usage_events
                ADD COLUMN cache_write_tokens bigint NOT NULL DEFAULT 0,
                ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0,
                ADD COLUMN is_batch boolean NOT NULL DEFAULT false,
                -- pico-USD
                ADD COLUMN saved bigint NOT NULL DEFAULT 0 CHECK (saved >= 0),
                ADD COLUMN agent_label text,
                ADD COLUMN ticket_label text,
                ADD COLUMN workflow_label text,
                ADD CONSTRAINT cache_write_is_part CHECK (
                    cache_write_tokens >= 0 AND cached_tokens + cache_write_tokens <= prompt_tokens),
                ADD CONSTRAINT reasoning_is_part CHECK (reasoning_tokens BETWEEN 0 AND completion_tokens);
            ALTER TABLE billing.usage_rollups
                ADD COLUMN cache_write_tokens bigint NOT NULL DEFAULT 0,
                ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0,
                ADD COLUMN saved numeric(38, 0) NOT NULL DEFAULT 0;
            """,
            secondPrices,
        ],
        down: [
            // The version of the price book stays: events name it, and its other prices are as good as before.
            """
            ALTER TABLE billing.usage_rollups DROP COLUMN cache_write_tokens, DROP COLUMN reasoning_tokens,
                DROP COLUMN saved;
            ALTER TABLE billing.usage_events DROP CONSTRAINT cache_write_is_part, DROP CONSTRAINT reasoning_is_part,
                DROP COLUMN cache_write_tokens, DROP COLUMN reasoning_tokens, DROP COLUMN is_batch, DROP COLUMN saved,
                DROP COLUMN agent_label, DROP COLUMN ticket_label, DROP COLUMN workflow_label;
            ALTER TABLE billing.prices DROP COLUMN cache_write, DROP COLUMN reasoning, DROP COLUMN batch_percent;
            ALTER TABLE billing.price_versions DROP COLUMN fallback_cache_write, DROP COLUMN fallback_reasoning,
                DROP COLUMN fallback_batch_percent;
            """
        ])

    /// Version 2 of the price book, where the operator has not written one: the first one, with what the vendors
    /// publish for writing into their caches (Anthropic: 1.25 of the prompt for five minutes) and for batches (half, at
    /// OpenAI, Anthropic, Google and Mistral), and a few models more.
    private static let secondPrices = """
        WITH second AS (
            INSERT INTO billing.price_versions
                (effective_from, created_by, fallback_prompt, fallback_completion, fallback_cached)
            SELECT now(), 'asterism', fallback_prompt, fallback_completion, fallback_cached
            FROM billing.price_versions
            WHERE effective_from = '1970-01-01T00:00:00Z'
                AND NOT EXISTS (SELECT FROM billing.price_versions WHERE created_by <> 'asterism')
            RETURNING version
        ), listed AS (
            SELECT p.model, p.prompt, p.completion, p.cached FROM billing.prices p
            JOIN billing.price_versions v ON v.version = p.version AND v.effective_from = '1970-01-01T00:00:00Z'
            UNION ALL
            VALUES
                ('gpt-5.1', 1250000, 10000000, 125000),
                ('gpt-5-pro', 15000000, 120000000, 15000000),
                ('o3-pro', 20000000, 80000000, 20000000),
                ('gemini-3-pro', 2000000, 12000000, 200000),
                ('gemini-embedding-001', 150000, 0, 150000),
                ('mistral-medium', 400000, 2000000, 400000),
                ('codestral', 300000, 900000, 300000),
                ('mistral-embed', 100000, 0, 100000),
                ('command-a', 2500000, 10000000, 2500000),
                ('command-r-plus', 2500000, 10000000, 2500000),
                ('command-r', 150000, 600000, 150000),
                ('embed-v4.0', 120000, 0, 120000)
        )
        INSERT INTO billing.prices (version, model, prompt, completion, cached, cache_write, batch_percent)
        SELECT second.version, l.model, l.prompt, l.completion, l.cached,
            CASE WHEN l.model LIKE 'claude-%' THEN l.prompt * 5 / 4 END,
            CASE WHEN l.model ~ '^(gpt-|o[0-9]|text-embedding-|claude-|gemini-|mistral-|codestral)' THEN 50 ELSE 100 END
        FROM second CROSS JOIN listed l;
        """
}
