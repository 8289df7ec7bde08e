import Contracts
import Foundation
import Postgres
import ServiceKit
import Support
import Testing

@testable import AgentRunner

@Suite("Past tickets in PostgreSQL")
struct TicketStoreTests {
    private let vpn = TicketInput(
        externalID: "INC1", title: "VPN error 809", description: "Cannot connect from home", group: "Network")
    private let printer = TicketInput(
        externalID: "INC2", title: "Paper jam", description: "Printer on floor two", group: "Workplace")

    private func similar(_ text: String, _ store: TicketStore, _ scope: TenantScope) async throws -> SimilarTickets {
        try await store.similar(to: TicketText.distinctTerms(title: text, description: ""), limit: 20, in: scope)
    }

    @Test("the ticket that shares the rarest words comes first, and shares no more than a perfect match would")
    func ranking() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let scope = TestTrust.scope(TenantID())
            _ = try await store.save([vpn, printer], in: scope)
            let found = try await similar("VPN error 809", store, scope)
            #expect(found.neighbours.map(\.externalID) == ["INC1"])
            #expect(found.similar(limit: 5).allSatisfy { $0.score > 0 && $0.score <= 1 })
            #expect(try await similar("wine", store, scope).neighbours.isEmpty)
        }
    }

    @Test("BM25 in SQL gives the score that the formula gives")
    func formula() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let scope = TestTrust.scope(TenantID())
            _ = try await store.save([vpn, printer], in: scope)
            let found = try await similar("809", store, scope)
            let draft = TicketDraft(vpn)
            let mean = Double(draft.length + TicketDraft(printer).length) / 2
            let inverse = log(1 + (2 - 1 + 0.5) / (1 + 0.5))
            let frequency = Double(draft.frequencies["809"] ?? 0)
            let norm = 1.2 * (1 - 0.75 + 0.75 * Double(draft.length) / mean)
            let expected = inverse * frequency * 2.2 / (frequency + norm)
            #expect(abs(try #require(found.neighbours.first).score - expected) < 1e-9)
        }
    }

    @Test("a ticket handed in again replaces the earlier one, words and all")
    func replaced() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let scope = TestTrust.scope(TenantID())
            let first = try await store.save([vpn], in: scope)
            let second = try await store.save(
                [TicketInput(externalID: "INC1", title: "Mailbox full", description: "Quota")], in: scope)
            #expect(first.map(\.id) == second.map(\.id))
            #expect(try await similar("VPN", store, scope).neighbours.isEmpty)
            #expect(try await similar("mailbox", store, scope).neighbours.count == 1)
            #expect(try await store.list(limit: 10, before: nil, in: scope).count == 1)
        }
    }

    @Test("a deleted ticket is gone from the next search, and a second delete finds nothing")
    func deleted() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let scope = TestTrust.scope(TenantID())
            let saved = try await store.save([vpn, printer], in: scope)
            #expect(try await store.delete(saved[0].id, in: scope))
            #expect(try await store.delete(saved[0].id, in: scope) == false)
            #expect(try await similar("VPN", store, scope).neighbours.isEmpty)
        }
    }

    @Test("tenants with the same tickets never see, rank by, or delete each other's")
    func isolation() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let one = TestTrust.scope(TenantID())
            let other = TestTrust.scope(TenantID())
            let saved = try await store.save([vpn, printer], in: one)
            let alone = try await similar("VPN error 809", store, one)
            _ = try await store.save(Array(repeating: vpn, count: 1) + [printer], in: other)
            for number in 0..<20 {
                var ticket = vpn
                ticket.externalID = "X\(number)"
                _ = try await store.save([ticket], in: other)
            }
            #expect(try await similar("VPN error 809", store, one) == alone)
            #expect(try await store.find(saved[0].id, in: other) == nil)
            #expect(try await store.delete(saved[0].id, in: other) == false)
            #expect(try await store.find(saved[0].id, in: one) != nil)
        }
    }

    @Test("imports of one tenant at the same time neither deadlock nor spoil the totals")
    func concurrent() async throws {
        try await withAgents { pool in
            let store = TicketStore(pool: pool)
            let scope = TestTrust.scope(TenantID())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for number in 0..<5 {
                            let ticket = TicketInput(
                                externalID: "INC\((lane + number) % 6)", title: "VPN \(lane)", description: "home")
                            _ = try await store.save([ticket], in: scope)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let totals = try await pool.query(
                "SELECT tickets, length FROM agents.ticket_totals WHERE tenant_id = \(scope.tenant.uuid)", in: scope)
            let words = try await pool.query(
                "SELECT count(DISTINCT ticket_id) AS tickets, sum(frequency)::bigint AS length FROM agents.ticket_terms",
                in: scope)
            for column in ["tickets", "length"] {
                #expect(
                    try totals.first?.decode(column, as: Int64.self) == words.first?.decode(column, as: Int64.self))
            }
        }
    }
}
