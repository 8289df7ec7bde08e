import Contracts
import Foundation
import Postgres
import ServiceKit

/// The past tickets of tenants and the index over their words.
struct TicketStore: Sendable {
    /// Bounds one statement's arrays; an import of any size goes through in transactions of this many tickets.
    static let batchSize = 200

    let pool: PostgresPool

    /// Stores tickets, all or none. One whose external id is known replaces the earlier one; of several with the same
    /// external id in `tickets` the last counts. The records come back in the order of the tickets that were kept.
    func save(_ tickets: [TicketInput], in scope: TenantScope) async throws -> [TicketRecord] {
        let drafts = TicketDraft.latest(tickets)
        return try await pool.withTransaction(in: scope) { transaction in
            try await Self.lockTotals(transaction, scope)
            try await Self.removeReplaced(drafts, transaction, scope)
            let records = try await Self.upsert(drafts, transaction, scope)
            try await Self.index(drafts, records, transaction, scope)
            return records
        }
    }

    /// Removes a ticket and its words. False when the tenant has none of that id.
    func delete(_ id: TicketID, in scope: TenantScope) async throws -> Bool {
        try await pool.withTransaction(in: scope) { transaction in
            try await Self.lockTotals(transaction, scope)
            try await Self.removeWords(of: [id.uuid], transaction, scope)
            let deleted = try await transaction.query(
                "DELETE FROM agents.tickets WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid) RETURNING id")
            return !deleted.isEmpty
        }
    }

    private static func lockTotals(_ transaction: PostgresTransaction, _ scope: TenantScope) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO agents.ticket_totals (tenant_id, tickets, length) VALUES (\(scope.tenant.uuid), 0, 0)
            ON CONFLICT (tenant_id) DO UPDATE SET tickets = ticket_totals.tickets
            """)
    }

    private static func removeReplaced(
        _ drafts: [TicketDraft], _ transaction: PostgresTransaction, _ scope: TenantScope
    ) async throws {
        let names = drafts.compactMap(\.input.externalID)
        guard !names.isEmpty else { return }
        let known = try await transaction.query(
            "SELECT id FROM agents.tickets WHERE tenant_id = \(scope.tenant.uuid) AND external_id = ANY(\(names))")
        let ids = try known.map { try $0.decode("id", as: UUID.self) }
        if !ids.isEmpty { try await removeWords(of: ids, transaction, scope) }
    }

    /// Takes tickets out of the index and out of the totals.
    private static func removeWords(
        of ids: [UUID], _ transaction: PostgresTransaction, _ scope: TenantScope
    ) async throws {
        _ = try await transaction.query(
            """
            WITH removed AS (
                DELETE FROM agents.ticket_terms WHERE tenant_id = \(scope.tenant.uuid) AND ticket_id = ANY(\(ids))
                RETURNING ticket_id, frequency
            ), sums AS (
                SELECT count(DISTINCT ticket_id) AS tickets, coalesce(sum(frequency), 0)::bigint AS length FROM removed
            )
            UPDATE agents.ticket_totals SET tickets = ticket_totals.tickets - sums.tickets,
                length = ticket_totals.length - sums.length
            FROM sums WHERE tenant_id = \(scope.tenant.uuid)
            """)
    }

    private static func upsert(
        _ drafts: [TicketDraft], _ transaction: PostgresTransaction, _ scope: TenantScope
    ) async throws -> [TicketRecord] {
        let tenant = scope.tenant.uuid
        let statements: [SQL] = drafts.map { draft in
            let input = draft.input
            return """
                INSERT INTO agents.tickets (tenant_id, id, external_id, title, description, category, priority,
                    assignment_group, resolution, status)
                VALUES (\(tenant), \(draft.id.uuid), \(input.externalID), \(input.title), \(input.description),
                    \(input.category), \(input.priority), \(input.group), \(input.resolution), \(input.status))
                ON CONFLICT (tenant_id, external_id) DO UPDATE SET title = excluded.title,
                    description = excluded.description, category = excluded.category, priority = excluded.priority,
                    assignment_group = excluded.assignment_group, resolution = excluded.resolution,
                    status = excluded.status
                RETURNING id, created_at
                """
        }
        let results = try await transaction.pipeline(statements)
        return try zip(drafts, results).compactMap { draft, result in
            guard let row = result.first else { return nil }
            return TicketRecord(
                id: TicketID(try row.decode("id", as: UUID.self)), input: draft.input,
                createdAt: try row.decode("created_at", as: Date.self))
        }
    }

    private static func index(
        _ drafts: [TicketDraft], _ records: [TicketRecord], _ transaction: PostgresTransaction, _ scope: TenantScope
    ) async throws {
        var tickets: [UUID] = []
        var terms: [String] = []
        var frequencies: [Int64] = []
        var lengths: [Int64] = []
        for (draft, record) in zip(drafts, records) {
            for (term, frequency) in draft.frequencies {
                tickets.append(record.id.uuid)
                terms.append(term)
                frequencies.append(Int64(frequency))
                lengths.append(Int64(draft.length))
            }
        }
        let total = drafts.reduce(Int64(0)) { $0 + Int64($1.length) }
        let indexed = Int64(drafts.count { $0.length > 0 })
        _ = try await transaction.pipeline([
            """
            INSERT INTO agents.ticket_terms (tenant_id, term, ticket_id, frequency, ticket_length)
            SELECT \(scope.tenant.uuid), word.term, word.ticket, word.frequency::integer, word.length::integer
            FROM unnest(\(terms)::text[], \(tickets)::uuid[], \(frequencies)::bigint[], \(lengths)::bigint[])
                AS word (term, ticket, frequency, length)
            """,
            """
            UPDATE agents.ticket_totals SET tickets = tickets + \(indexed), length = length + \(total)
            WHERE tenant_id = \(scope.tenant.uuid)
            """,
        ])
    }
}
