import Postgres

extension Migration {
    /// Version 1 of the price book: what the vendors published for well-known models when this was written, in
    /// pico-USD for a token of prompt, completion and cached prompt (2,500,000 is 2.50 USD for a million tokens).
    ///
    /// Prices change; the operator keeps the book with `PUT /admin/v1/prices`. Later releases never edit this list,
    /// since late events are still billed by it.
    static let firstPrices = Migration(
        2, "first_prices",
        up: [
            """
            INSERT INTO billing.price_versions
                (effective_from, created_by, fallback_prompt, fallback_completion, fallback_cached)
            VALUES ('1970-01-01T00:00:00Z', 'asterism', 10000000, 30000000, 10000000);
            INSERT INTO billing.prices (version, model, prompt, completion, cached)
            SELECT (SELECT max(version) FROM billing.price_versions), p.* FROM (VALUES
                ('gpt-5', 1250000, 10000000, 125000),
                ('gpt-5-mini', 250000, 2000000, 25000),
                ('gpt-5-nano', 50000, 400000, 5000),
                ('gpt-4.1', 2000000, 8000000, 500000),
                ('gpt-4.1-mini', 400000, 1600000, 100000),
                ('gpt-4.1-nano', 100000, 400000, 25000),
                ('gpt-4o', 2500000, 10000000, 1250000),
                ('gpt-4o-mini', 150000, 600000, 75000),
                ('gpt-4-turbo', 10000000, 30000000, 10000000),
                ('gpt-4', 30000000, 60000000, 30000000),
                ('gpt-3.5-turbo', 500000, 1500000, 500000),
                ('o1', 15000000, 60000000, 7500000),
                ('o3', 2000000, 8000000, 500000),
                ('o3-mini', 1100000, 4400000, 550000),
                ('o4-mini', 1100000, 4400000, 275000),
                ('text-embedding-3-small', 20000, 0, 20000),
                ('text-embedding-3-large', 130000, 0, 130000),
                ('text-embedding-ada-002', 100000, 0, 100000),
                ('claude-opus-4-5', 5000000, 25000000, 500000),
                ('claude-opus-4-1', 15000000, 75000000, 1500000),
                ('claude-opus-4', 15000000, 75000000, 1500000),
                ('claude-sonnet-4-5', 3000000, 15000000, 300000),
                ('claude-sonnet-4', 3000000, 15000000, 300000),
                ('claude-haiku-4-5', 1000000, 5000000, 100000),
                ('claude-3-7-sonnet', 3000000, 15000000, 300000),
                ('claude-3-5-sonnet', 3000000, 15000000, 300000),
                ('claude-3-5-haiku', 800000, 4000000, 80000),
                ('claude-3-haiku', 250000, 1250000, 30000),
                ('gemini-2.5-pro', 1250000, 10000000, 310000),
                ('gemini-2.5-flash', 300000, 2500000, 75000),
                ('gemini-2.5-flash-lite', 100000, 400000, 25000),
                ('gemini-2.0-flash', 100000, 400000, 25000),
                ('mistral-large', 2000000, 6000000, 2000000),
                ('mistral-small', 100000, 300000, 100000),
                ('deepseek-chat', 270000, 1100000, 70000),
                ('deepseek-reasoner', 550000, 2190000, 140000)
            ) AS p (model, prompt, completion, cached);
            """
        ],
        down: ["DELETE FROM billing.prices", "DELETE FROM billing.price_versions"])
}
