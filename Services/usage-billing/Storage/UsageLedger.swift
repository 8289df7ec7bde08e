package import Contracts
import Foundation
package import Postgres
package import ServiceKit

/// Posts usage events, each exactly once, and keeps every sum beside them in the same transaction.
package struct UsageLedger: Sendable {
    private let pool: PostgresPool
    private let prices: PriceBooks

    package init(pool: PostgresPool, prices: PriceBooks) {
        self.pool = pool
        self.prices = prices
    }

    /// Posts those of `events` that the ledger does not have: with their cost at the price in force when they happened,
    /// to their month, to their lease and to the rollups. All of it takes effect, or nothing.
    ///
    /// - Parameters:
    ///   - events: All of the scope's tenant, in the order of their ids, each id once.
    ///   - issuer: The service that reports them.
    /// - Returns: How many were new.
    package func post(_ events: [UsageEvent], from issuer: ServiceName, in scope: TenantScope) async throws -> Int {
        try await pool.withTransaction(in: scope) { transaction in
            let priced = try await price(events, in: scope, transaction)
            let accepted = try await insert(priced, from: issuer, in: scope, transaction)
            let posting = Posting(of: priced.filter { accepted.contains($0.event.id.uuid) })
            if !accepted.isEmpty { _ = try await transaction.pipeline(Self.statements(for: posting, in: scope)) }
            return accepted.count
        }
    }

    private func price(
        _ events: [UsageEvent], in scope: TenantScope, _ transaction: PostgresTransaction
    ) async throws -> [PricedEvent] {
        let leases = Set(events.compactMap(\.lease)).map(\.uuid)
        let results = try await transaction.pipeline(
            PriceBooks.historyStatements + [
                """
                SELECT id, period::text AS period FROM billing.leases
                WHERE tenant_id = \(scope.tenant.uuid) AND id = ANY (\(leases))
                """
            ])
        let history = try await prices.history(results[1], in: transaction)
        var periods: [LeaseID: BudgetPeriod] = [:]
        for row in results[2] {
            periods[LeaseID(try row.decode("id"))] = try row.decodeText("period", as: BudgetPeriod.self)
        }
        return try events.map { event in
            let table = history.table(at: event.occurredAt)
            guard let cost = table.cost(of: event) else { throw LedgerError.costOutOfRange(event.id) }
            let period = event.lease.flatMap { periods[$0] } ?? BudgetPeriod(containing: event.occurredAt)
            return PricedEvent(event: event, cost: cost, priceVersion: table.version, period: period)
        }
    }

    /// Nil stands as an empty text or the nil UUID in the arrays, whose elements cannot be NULL; no event has either.
    private func insert(
        _ priced: [PricedEvent], from issuer: ServiceName, in scope: TenantScope, _ transaction: PostgresTransaction
    ) async throws -> Set<UUID> {
        let events = priced.map(\.event)
        let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        let rows = try await transaction.query(
            """
            INSERT INTO billing.usage_events (
                tenant_id, issuer, id, occurred_at, kind, request_id, attempt, model, provider,
                prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, is_batch, saved,
                is_exact, lease_id, api_key, user_label, agent_label, ticket_label, workflow_label,
                cost, price_version, period)
            SELECT \(scope.tenant.uuid), \(issuer.rawValue), e.id, e.occurred_at, e.kind, e.request_id, e.attempt,
                NULLIF(e.model, ''), NULLIF(e.provider, ''), e.prompt, e.completion, e.cached, e.cache_write,
                e.reasoning, e.is_batch, e.saved, e.is_exact,
                NULLIF(e.lease, \(none)), NULLIF(e.api_key, \(none)), NULLIF(e.user_label, ''),
                NULLIF(e.agent_label, ''), NULLIF(e.ticket_label, ''), NULLIF(e.workflow_label, ''),
                e.cost, e.price_version, e.period::date
            FROM unnest(
                \(events.map(\.id.uuid)), \(events.map(\.occurredAt)), \(events.map(\.kind.rawValue)),
                \(events.map(\.requestID)), \(events.map(\.attempt)), \(events.map { $0.model ?? "" }),
                \(events.map { $0.provider ?? "" }), \(events.map(\.promptTokens)),
                \(events.map(\.completionTokens)), \(events.map(\.cachedTokens)),
                \(events.map(\.cacheWriteTokens)), \(events.map(\.reasoningTokens)), \(events.map(\.isBatch)),
                \(events.map(\.savedPicoUSD)), \(events.map(\.isExact)),
                \(events.map { $0.lease?.uuid ?? none }), \(events.map { $0.apiKey?.uuid ?? none }),
                \(events.map { $0.user ?? "" }), \(events.map { $0.agent ?? "" }),
                \(events.map { $0.ticket ?? "" }), \(events.map { $0.workflow ?? "" }),
                \(priced.map(\.cost)), \(priced.map(\.priceVersion)), \(priced.map(\.period.description))
            ) AS e (id, occurred_at, kind, request_id, attempt, model, provider, prompt, completion, cached,
                cache_write, reasoning, is_batch, saved, is_exact, lease, api_key, user_label, agent_label,
                ticket_label, workflow_label, cost, price_version, period)
            ON CONFLICT (tenant_id, id) DO NOTHING
            RETURNING id
            """)
        return Set(try rows.map { try $0.decode("id", as: UUID.self) })
    }

    /// Months first: their rows order all postings and grants of a tenant, so what follows finds no other in its way.
    private static func statements(for posting: Posting, in scope: TenantScope) -> [SQL] {
        let periods = posting.periods.sorted { $0.key < $1.key }
        var statements: [SQL] = [
            """
            INSERT INTO billing.periods (tenant_id, period, posted)
            SELECT \(scope.tenant.uuid), p.period::date, p.cost::numeric
            FROM unnest(\(periods.map(\.key.description)), \(periods.map { String($0.value) })) AS p (period, cost)
            ON CONFLICT (tenant_id, period) DO UPDATE SET posted = periods.posted + EXCLUDED.posted
            """,
            rollups(posting, in: scope),
        ]
        if !posting.leases.isEmpty { statements.append(leases(posting, in: scope)) }
        return statements
    }

    private static func rollups(_ posting: Posting, in scope: TenantScope) -> SQL {
        let rollups = posting.rollups.sorted { $0.key < $1.key }
        let sums = rollups.map(\.value)
        return """
            INSERT INTO billing.usage_rollups (
                tenant_id, day, kind, model, requests, prompt_tokens, completion_tokens, cached_tokens,
                cache_write_tokens, reasoning_tokens, cost, saved)
            SELECT \(scope.tenant.uuid), r.day::date, r.kind, r.model, r.requests, r.prompt, r.completion, r.cached,
                r.cache_write, r.reasoning, r.cost::numeric, r.saved::numeric
            FROM unnest(
                \(rollups.map(\.key.day.description)), \(rollups.map(\.key.kind.rawValue)), \(rollups.map(\.key.model)),
                \(sums.map(\.requests)), \(sums.map(\.promptTokens)), \(sums.map(\.completionTokens)),
                \(sums.map(\.cachedTokens)), \(sums.map(\.cacheWriteTokens)), \(sums.map(\.reasoningTokens)),
                \(sums.map { String($0.cost.picoUSD) }), \(sums.map { String($0.saved.picoUSD) })
            ) AS r (day, kind, model, requests, prompt, completion, cached, cache_write, reasoning, cost, saved)
            ON CONFLICT (tenant_id, day, kind, model) DO UPDATE SET
                requests = usage_rollups.requests + EXCLUDED.requests,
                prompt_tokens = usage_rollups.prompt_tokens + EXCLUDED.prompt_tokens,
                completion_tokens = usage_rollups.completion_tokens + EXCLUDED.completion_tokens,
                cached_tokens = usage_rollups.cached_tokens + EXCLUDED.cached_tokens,
                cache_write_tokens = usage_rollups.cache_write_tokens + EXCLUDED.cache_write_tokens,
                reasoning_tokens = usage_rollups.reasoning_tokens + EXCLUDED.reasoning_tokens,
                cost = usage_rollups.cost + EXCLUDED.cost, saved = usage_rollups.saved + EXCLUDED.saved
            """
    }

    private static func leases(_ posting: Posting, in scope: TenantScope) -> SQL {
        let leases = posting.leases.sorted { $0.key < $1.key }
        return """
            UPDATE billing.leases l SET posted = l.posted + locked.cost
            FROM (
                SELECT old.id, e.cost::numeric FROM billing.leases old
                JOIN unnest(\(leases.map(\.key.uuid)), \(leases.map { String($0.value) })) AS e (id, cost)
                    ON e.id = old.id
                WHERE old.tenant_id = \(scope.tenant.uuid) ORDER BY old.id FOR UPDATE OF old
            ) AS locked
            WHERE l.tenant_id = \(scope.tenant.uuid) AND l.id = locked.id
            """
    }
}
