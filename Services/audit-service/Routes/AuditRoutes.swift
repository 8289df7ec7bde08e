import Contracts
import Foundation
package import Hummingbird
package import ServiceKit

/// `/v1/audit`: a tenant's own evidence.
package struct AuditRoutes: Sendable {
    let reader: AuditReader
    let signer: CheckpointSigner

    package init(reader: AuditReader, signer: CheckpointSigner) {
        self.reader = reader
        self.signer = signer
    }

    package func add(to group: RouterGroup<CallerContext>) {
        group.get("audit/events", use: events)
        group.get("audit/events/:id", use: event)
        group.get("audit/events/:id/proof", use: proof)
        group.get("audit/checkpoint", use: checkpoint)
        group.get("audit/consistency", use: consistency)
        group.get("audit/key", use: key)
    }

    @Sendable
    func events(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        let page = try PageRequest(request)
        let rows = try await reader.records(
            matching: try RecordFilter(request), below: try page.position(Int64.self), limit: page.limit + 1,
            of: context.scope)
        return try .json(try Page(reading: rows, limit: page.limit, position: \.leafIndex))
    }

    @Sendable
    func event(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        let id = try context.identifier(of: AuditEvent.self)
        guard let event = try await reader.record(id, of: context.scope) else { throw APIError.notFound("audit event") }
        return try .json(event)
    }

    @Sendable
    func proof(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        let id = try context.identifier(of: AuditEvent.self)
        guard let proof = try await reader.proof(of: id, in: context.scope) else {
            throw APIError.notFound("audit event")
        }
        return try .json(proof)
    }

    @Sendable
    func checkpoint(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        return .text(try await reader.checkpoint(of: context.scope).note)
    }

    @Sendable
    func consistency(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        guard let from = try Self.size("from", of: request) else { throw APIError.invalid("from", "is required") }
        let to = try Self.size("to", of: request)
        guard let proof = try await reader.consistency(from: from, to: to, in: context.scope) else {
            throw APIError.invalid("to", "must lie between from and the size of the log")
        }
        return try .json(proof)
    }

    /// The key has a name for each tenant's log, and is no secret.
    @Sendable
    func key(_ request: Request, context: CallerContext) async throws -> Response {
        try context.caller.require(.auditRead)
        return .text("\(try signer.verifierKey(of: context.scope.tenant))\n")
    }

    private static func size(_ name: String, of request: Request) throws(APIError) -> Int64? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let size = Int64(text), size >= 0 else { throw .invalid(name, "must be the size of a log") }
        return size
    }
}

extension RecordFilter {
    /// - Throws: 422 naming the parameter that cannot be read.
    fileprivate init(_ request: Request) throws(APIError) {
        let query = request.uri.queryParameters
        func time(_ name: String) throws(APIError) -> Date? {
            guard let text = query[Substring(name)] else { return nil }
            guard let date = WireFormat.date(String(text)), abs(date.timeIntervalSince1970) < 253_402_300_800 else {
                throw .invalid(name, "must be a time such as 2026-01-31T12:00:00Z")
            }
            return date
        }
        func word(_ name: String) throws(APIError) -> String? {
            guard let text = query[Substring(name)].map(String.init), !text.isEmpty else { return nil }
            guard text.utf8.count <= RecordAdmission.maximumTextBytes, !text.utf8.contains(0) else {
                throw .invalid(name, "must be at most \(RecordAdmission.maximumTextBytes) bytes")
            }
            return text
        }
        self.init(action: try word("action"), actor: try word("actor"), from: try time("from"), to: try time("to"))
    }
}
