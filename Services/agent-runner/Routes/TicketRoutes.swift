import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `/v1/tickets`: the tenant's past tickets, from which triage learns.
struct TicketRoutes: Sendable {
    /// An import is read as a whole; 32 MiB are about 30,000 tickets with their threads.
    static let importBytes = BodyLimit.large

    let tickets: TicketStore

    func add(to group: RouterGroup<CallerContext>) {
        group.post("tickets", use: create)
        group.get("tickets", use: list)
        group.post("tickets/import", use: importLines)
        group.get("tickets/:id", use: read)
        group.delete("tickets/:id", use: delete)
    }

    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws -> Response {
        let input = try await request.decodeBody(as: TicketInput.self, context: context)
        try context.caller.require(.ticketsWrite)
        try TicketRules.check(input)
        guard let record = try await tickets.save([input], in: context.scope).first else {
            throw APIError(.internalError, internalReason: "a saved ticket came back as nothing")
        }
        return try .json(record, status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let page = try PageRequest(request)
        try context.caller.require(.ticketsRead)
        let before = try page.position(TicketID.self)
        let records = try await tickets.list(limit: page.limit + 1, before: before, in: context.scope)
        return try .json(Page(reading: records, limit: page.limit) { $0.id })
    }

    /// Takes every line that is a ticket, in transactions of `TicketStore.batchSize`; the others are named.
    @Sendable private func importLines(_ request: Request, _ context: CallerContext) async throws -> Response {
        try request.requireContentType("application/x-ndjson", "application/jsonl")
        let bytes = try await request.collectBytes(maximumBytes: Self.importBytes)
        try context.caller.require(.ticketsWrite)
        let lines = TicketImport(bytes)
        for start in stride(from: 0, to: lines.tickets.count, by: TicketStore.batchSize) {
            let batch = lines.tickets[start..<min(start + TicketStore.batchSize, lines.tickets.count)]
            _ = try await tickets.save(Array(batch), in: context.scope)
        }
        return try .json(TicketImportReport(imported: lines.tickets.count, rejected: lines.rejected))
    }

    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identifier(of: Ticket.self)
        try context.caller.require(.ticketsRead)
        guard let record = try await tickets.find(id, in: context.scope) else { throw APIError.notFound("ticket") }
        return try .json(record)
    }

    @Sendable private func delete(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identifier(of: Ticket.self)
        try context.caller.require(.ticketsWrite)
        guard try await tickets.delete(id, in: context.scope) else { throw APIError.notFound("ticket") }
        return .noContent
    }
}
