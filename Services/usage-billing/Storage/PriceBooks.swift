package import Contracts
package import Foundation
package import Postgres
import Synchronization

/// The versions of the price book. A version never changes once it is written.
package final class PriceBooks: Sendable {
    /// Postings hold it shared, a new version exclusively: so no event that happened after a version came into force is
    /// ever posted by an older one. The number is arbitrary, and ours alone in this database.
    private static let lock: Int64 = 4_704_012_563_252

    private let pool: PostgresPool
    /// Tables by version. They are few: one for each time an operator changed prices.
    private let tables = Mutex<[Int64: PriceTable]>([:])

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The statements that a posting sends first; give their results to `history`.
    static let historyStatements: [SQL] = [
        "SELECT pg_catalog.pg_advisory_xact_lock_shared(\(lock))",
        "SELECT version, effective_from FROM billing.price_versions",
    ]

    /// All versions, as the transaction sees them.
    ///
    /// - Parameter versions: The result of the second of ``historyStatements``.
    func history(_ versions: PostgresResult, in transaction: PostgresTransaction) async throws -> PriceHistory {
        var found: [PriceHistory.Version] = []
        for row in versions {
            let version = try row.decode("version", as: Int64.self)
            let known = tables.withLock { $0[version] }
            let table: PriceTable
            if let known {
                table = known
            } else {
                table = PriceTable(try await load(version) { try await transaction.query($0) })
                tables.withLock { $0[version] = table }
            }
            found.append(.init(effectiveFrom: try row.decode("effective_from", as: Date.self), table: table))
        }
        guard let history = PriceHistory(found) else { throw LedgerError.noPrices }
        return history
    }

    /// The book in force at `date`.
    package func book(at date: Date) async throws -> PriceBook {
        let rows = try await pool.query(
            """
            SELECT version FROM billing.price_versions WHERE effective_from <= \(date)
            ORDER BY effective_from DESC LIMIT 1
            """)
        guard let version = try rows.first?.decode("version", as: Int64.self) else { throw LedgerError.noPrices }
        return try await load(version) { [pool] in try await pool.query($0) }
    }

    /// Writes a new version, in force from `update.effectiveFrom` or from the moment at which it is written.
    ///
    /// - Throws: A unique violation when another version comes into force at that very instant.
    package func publish(_ update: PriceUpdate, by actor: String, now: Date) async throws -> PriceBook {
        let fallback =
            if let given = update.fallback { given } else { try await book(at: update.effectiveFrom ?? now).fallback }
        let prices = update.prices
        let version = try await pool.withTransaction { transaction in
            _ = try await transaction.query("SELECT pg_catalog.pg_advisory_xact_lock(\(Self.lock))")
            let rows = try await transaction.query(
                """
                INSERT INTO billing.price_versions
                    (effective_from, created_by, fallback_prompt, fallback_completion, fallback_cached,
                    fallback_cache_write, fallback_reasoning, fallback_batch_percent)
                VALUES (COALESCE(\(update.effectiveFrom as Date?), clock_timestamp()), \(actor),
                    \(fallback.promptPicoUSD), \(fallback.completionPicoUSD), \(fallback.cachedPicoUSD),
                    \(fallback.cacheWritePicoUSD as Int64?), \(fallback.reasoningPicoUSD as Int64?),
                    \(fallback.batchPercent))
                RETURNING version
                """)
            guard let version = try rows.first?.decode("version", as: Int64.self) else { throw LedgerError.noPrices }
            _ = try await transaction.query(
                """
                INSERT INTO billing.prices
                    (version, model, prompt, completion, cached, cache_write, reasoning, batch_percent)
                SELECT \(version), p.model, p.prompt, p.completion, p.cached, NULLIF(p.cache_write, -1),
                    NULLIF(p.reasoning, -1), p.batch_percent
                FROM unnest(
                    \(prices.map(\.model)), \(prices.map(\.promptPicoUSD)),
                    \(prices.map(\.completionPicoUSD)), \(prices.map(\.cachedPicoUSD)),
                    \(prices.map { $0.cacheWritePicoUSD ?? -1 }), \(prices.map { $0.reasoningPicoUSD ?? -1 }),
                    \(prices.map(\.batchPercent))
                ) AS p (model, prompt, completion, cached, cache_write, reasoning, batch_percent)
                """)
            return version
        }
        return PriceBook(version: version, prices: prices, fallback: fallback)
    }

    private func load(
        _ version: Int64, with query: (SQL) async throws -> PostgresResult
    ) async throws -> PriceBook {
        let fallbacks = try await query(
            """
            SELECT fallback_prompt AS prompt, fallback_completion AS completion, fallback_cached AS cached,
                fallback_cache_write AS cache_write, fallback_reasoning AS reasoning,
                fallback_batch_percent AS batch_percent
            FROM billing.price_versions WHERE version = \(version)
            """)
        guard let fallback = fallbacks.first else { throw LedgerError.noPrices }
        let rows = try await query(
            """
            SELECT model, prompt, completion, cached, cache_write, reasoning, batch_percent
            FROM billing.prices WHERE version = \(version) ORDER BY model
            """)
        return PriceBook(
            version: version, prices: try rows.map { try Self.price($0, model: $0.decode("model", as: String.self)) },
            fallback: try Self.price(fallback, model: "*"))
    }

    private static func price(_ row: PostgresRow, model: String) throws -> ModelPrice {
        ModelPrice(
            model: model, promptPicoUSD: try row.decode("prompt", as: Int64.self),
            completionPicoUSD: try row.decode("completion", as: Int64.self),
            cachedPicoUSD: try row.decode("cached", as: Int64.self),
            cacheWritePicoUSD: try row.decode("cache_write", as: Int64?.self),
            reasoningPicoUSD: try row.decode("reasoning", as: Int64?.self),
            batchPercent: try row.decode("batch_percent", as: Int64.self))
    }
}
