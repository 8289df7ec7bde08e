import Contracts
import Foundation
import Postgres
import ServiceKit

extension TicketStore {
    /// The ticket, or nil when the tenant has none of that id.
    func find(_ id: TicketID, in scope: TenantScope) async throws -> TicketRecord? {
        let rows = try await pool.query(
            """
            SELECT id, external_id, title, description, category, priority, assignment_group, resolution, status,
                created_at
            FROM agents.tickets WHERE tenant_id = \(scope.tenant.uuid) AND id = \(id.uuid)
            """, in: scope)
        return try rows.first.map(Self.record)
    }

    /// Tickets of the tenant, newest first.
    /// - Parameter before: Only tickets made before this one.
    func list(limit: Int, before: TicketID?, in scope: TenantScope) async throws -> [TicketRecord] {
        let rows = try await pool.query(
            """
            SELECT id, external_id, title, description, category, priority, assignment_group, resolution, status,
                created_at
            FROM agents.tickets
            WHERE tenant_id = \(scope.tenant.uuid) AND (\(before?.uuid)::uuid IS NULL OR id < \(before?.uuid))
            ORDER BY id DESC LIMIT \(Int64(limit))
            """, in: scope)
        return try rows.map(Self.record)
    }

    /// The tickets that share words with `terms`, best first by BM25 over this tenant's tickets alone.
    func similar(to terms: [String], limit: Int, in scope: TenantScope) async throws -> SimilarTickets {
        let rows = try await pool.query(Self.ranking(of: terms, limit: limit, tenant: scope.tenant.uuid), in: scope)
        let neighbours = try rows.map { row in
            Neighbour(
                ticket: TicketID(try row.decode("id", as: UUID.self)),
                externalID: try row.decode("external_id", as: String?.self),
                title: try row.decode("title", as: String.self),
                category: try row.decode("category", as: String?.self),
                priority: try row.decode("priority", as: String?.self),
                group: try row.decode("assignment_group", as: String?.self),
                resolution: try row.decode("resolution", as: String?.self),
                score: try row.decode("score", as: Double.self))
        }
        let perfect = try rows.first?.decode("perfect", as: Double.self) ?? 0
        return SimilarTickets(neighbours: neighbours, perfectScore: perfect)
    }

    /// One statement: how common each word is, which words are worth looking for, the scores, and the tickets.
    private static func ranking(of terms: [String], limit: Int, tenant: UUID) -> SQL {
        """
        WITH frequencies AS (
            SELECT term, count(*) AS tickets FROM agents.ticket_terms
            WHERE tenant_id = \(tenant) AND term = ANY(\(terms)) GROUP BY term
            ORDER BY tickets, term LIMIT \(Int64(TicketRanking.maximumTerms))
        ), weights AS (
            SELECT term, ln(1 + (total.tickets - common.tickets + 0.5::float8) / (common.tickets + 0.5::float8)) AS idf,
                total.length::float8 / total.tickets AS average_length
            FROM frequencies AS common
            JOIN agents.ticket_totals AS total ON total.tenant_id = \(tenant)
        ), scores AS (
            SELECT word.ticket_id, sum(weights.idf * word.frequency * (\(TicketRanking.k1) + 1) / (word.frequency
                + \(TicketRanking.k1) * (1 - \(TicketRanking.b)
                    + \(TicketRanking.b) * word.ticket_length / weights.average_length))) AS score
            FROM weights JOIN agents.ticket_terms AS word ON word.tenant_id = \(tenant) AND word.term = weights.term
            GROUP BY word.ticket_id ORDER BY score DESC, word.ticket_id LIMIT \(Int64(limit))
        )
        SELECT ticket.id, external_id, title, category, priority, assignment_group, resolution, score,
            (SELECT sum(idf) FROM weights) AS perfect
        FROM scores JOIN agents.tickets AS ticket ON ticket.tenant_id = \(tenant) AND ticket.id = scores.ticket_id
        ORDER BY score DESC, ticket.id
        """
    }

    private static func record(_ row: PostgresRow) throws -> TicketRecord {
        let input = TicketInput(
            externalID: try row.decode("external_id", as: String?.self),
            title: try row.decode("title", as: String.self),
            description: try row.decode("description", as: String.self),
            category: try row.decode("category", as: String?.self),
            priority: try row.decode("priority", as: String?.self),
            group: try row.decode("assignment_group", as: String?.self),
            resolution: try row.decode("resolution", as: String?.self),
            status: try row.decode("status", as: String?.self))
        return TicketRecord(
            id: TicketID(try row.decode("id", as: UUID.self)), input: input,
            createdAt: try row.decode("created_at", as: Date.self))
    }
}
