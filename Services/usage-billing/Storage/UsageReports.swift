package import Contracts
import Foundation
package import Postgres
package import ServiceKit

/// What was used and what it cost, read from the ledger.
package struct UsageReports: Sendable {
    /// Lines of a report, the dearest first; the total counts what lies beyond.
    package static let maximumLines = 1_000

    private let pool: PostgresPool

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Sums over a range. Whole days by model, day or kind come from the rollups, which are as small as the answer;
    /// everything else is summed from the events themselves.
    package func costs(
        by grouping: UsageGrouping, in range: UsageRange, of scope: TenantScope
    ) async throws -> UsageCostReport {
        let source = Self.source(for: grouping, in: range, of: scope)
        let sums: SQL = """
            COALESCE(sum(requests), 0) AS requests, COALESCE(sum(prompt_tokens), 0) AS prompt_tokens,
            COALESCE(sum(completion_tokens), 0) AS completion_tokens,
            COALESCE(sum(cached_tokens), 0) AS cached_tokens,
            COALESCE(sum(cache_write_tokens), 0) AS cache_write_tokens,
            COALESCE(sum(reasoning_tokens), 0) AS reasoning_tokens,
            COALESCE(sum(cost), 0)::numeric(38, 0) AS cost, COALESCE(sum(saved), 0)::numeric(38, 0) AS saved
            """
        let order: SQL = grouping == .day ? "grouped" : "cost DESC, grouped NULLS LAST"
        let results = try await pool.pipeline(
            [
                """
                SELECT grouped, \(fragment: sums) FROM (\(fragment: source)) AS s
                GROUP BY grouped ORDER BY \(fragment: order) LIMIT \(Self.maximumLines)
                """,
                "SELECT \(fragment: sums) FROM (\(fragment: source)) AS s",
            ], in: scope)
        let lines = try results[0].map { row in
            UsageCostLine(
                grouping: grouping, group: try row.decode("grouped", as: String?.self), sum: try Self.sum(row))
        }
        return UsageCostReport(data: lines, total: try results[1].first.map(Self.sum) ?? .zero)
    }

    /// Events of a range, newest first, from below `cursor` on.
    package func events(
        in range: UsageRange, below cursor: EventCursor?, limit: Int, of scope: TenantScope
    ) async throws -> [PostedUsageEvent] {
        let end = min(cursor?.occurredAt ?? .distantFuture, range.end)
        let rows = try await pool.query(
            """
            SELECT id, kind, occurred_at, request_id, attempt, model, provider, prompt_tokens, completion_tokens,
                cached_tokens, cache_write_tokens, reasoning_tokens, is_batch, saved, is_exact, lease_id, api_key,
                user_label, agent_label, ticket_label, workflow_label, cost, price_version, period::text AS period
            FROM billing.usage_events
            WHERE tenant_id = \(scope.tenant.uuid) AND occurred_at >= \(range.start) AND occurred_at <= \(end)
                AND occurred_at < \(range.end)
                AND (\(cursor == nil) OR (occurred_at, id) < (\(end), \(cursor?.id.uuid as UUID?)))
            ORDER BY occurred_at DESC, id DESC LIMIT \(limit)
            """, in: scope)
        return try rows.map { try Self.event($0, of: scope) }
    }

    private static func source(for grouping: UsageGrouping, in range: UsageRange, of scope: TenantScope) -> SQL {
        if case .days(let first, let last) = range, let column = rollupColumn(grouping) {
            return """
                SELECT \(fragment: column) AS grouped, requests, prompt_tokens, completion_tokens, cached_tokens,
                    cache_write_tokens, reasoning_tokens, cost, saved
                FROM billing.usage_rollups
                WHERE tenant_id = \(scope.tenant.uuid)
                    AND day BETWEEN \(first.description)::date AND \(last.description)::date
                """
        }
        return """
            SELECT \(fragment: eventColumn(grouping)) AS grouped, 1 AS requests, prompt_tokens, completion_tokens,
                cached_tokens, cache_write_tokens, reasoning_tokens, cost, saved
            FROM billing.usage_events
            WHERE tenant_id = \(scope.tenant.uuid) AND occurred_at >= \(range.start) AND occurred_at < \(range.end)
            """
    }

    private static func rollupColumn(_ grouping: UsageGrouping) -> SQL? {
        switch grouping {
        case .model: "NULLIF(model, '')"
        case .day: "day::text"
        case .kind: "kind"
        case .user, .apiKey, .agent, .ticket, .workflow: nil
        }
    }

    private static func eventColumn(_ grouping: UsageGrouping) -> SQL {
        switch grouping {
        case .model: "model"
        case .day: "(occurred_at AT TIME ZONE 'UTC')::date::text"
        case .kind: "kind"
        case .user: "user_label"
        case .agent: "agent_label"
        case .ticket: "ticket_label"
        case .workflow: "workflow_label"
        case .apiKey: "api_key::text"
        }
    }

    private static func sum(_ row: PostgresRow) throws -> UsageSum {
        UsageSum(
            requests: try row.decode("requests"), promptTokens: try row.decode("prompt_tokens"),
            completionTokens: try row.decode("completion_tokens"), cachedTokens: try row.decode("cached_tokens"),
            cacheWriteTokens: try row.decode("cache_write_tokens"),
            reasoningTokens: try row.decode("reasoning_tokens"), cost: try row.decodeMoney("cost"),
            saved: try row.decodeMoney("saved"))
    }

    private static func event(_ row: PostgresRow, of scope: TenantScope) throws -> PostedUsageEvent {
        let event = UsageEvent(
            id: UsageRecordID(try row.decode("id", as: UUID.self)), tenant: scope.tenant,
            kind: try row.decodeKind(), occurredAt: try row.decode("occurred_at"),
            requestID: try row.decode("request_id"), attempt: try row.decode("attempt"),
            model: try row.decode("model", as: String?.self), provider: try row.decode("provider", as: String?.self),
            promptTokens: try row.decode("prompt_tokens"), completionTokens: try row.decode("completion_tokens"),
            cachedTokens: try row.decode("cached_tokens"), cacheWriteTokens: try row.decode("cache_write_tokens"),
            reasoningTokens: try row.decode("reasoning_tokens"), isBatch: try row.decode("is_batch"),
            savedPicoUSD: try row.decode("saved"), isExact: try row.decode("is_exact"),
            lease: try row.decode("lease_id", as: UUID?.self).map { LeaseID($0) },
            apiKey: try row.decode("api_key", as: UUID?.self).map { APIKeyID($0) },
            user: try row.decode("user_label", as: String?.self),
            agent: try row.decode("agent_label", as: String?.self),
            ticket: try row.decode("ticket_label", as: String?.self),
            workflow: try row.decode("workflow_label", as: String?.self))
        return PostedUsageEvent(
            event: event, cost: Money(picoUSD: Int128(try row.decode("cost", as: Int64.self))),
            priceVersion: try row.decode("price_version"), period: try row.decode("period"))
    }
}

extension PostgresRow {
    fileprivate func decodeKind() throws -> UsageEvent.Kind {
        guard let kind = UsageEvent.Kind(rawValue: try decode("kind", as: String.self)) else {
            throw LedgerError.unreadable(column: "kind")
        }
        return kind
    }
}
