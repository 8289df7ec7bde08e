import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `/v1/runs`: what became of work that was asked for.
struct RunRoutes: Sendable {
    let runs: RunStore

    func add(to group: RouterGroup<CallerContext>) {
        group.get("runs", use: list)
        group.get("runs/:id", use: read)
        group.get("runs/:id/output", use: output)
        group.post("runs/:id/cancel", use: cancel)
    }

    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let page = try PageRequest(request)
        try context.caller.require(.agentsRead)
        let before = try page.position(RunID.self)
        let records = try await runs.list(limit: page.limit + 1, before: before, in: context.scope)
        return try .json(Page(reading: records, limit: page.limit) { $0.id })
    }

    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identifier(of: Run.self)
        try context.caller.require(.agentsRead)
        guard let run = try await runs.find(id, in: context.scope) else { throw APIError.notFound("run") }
        return try .json(run.record)
    }

    /// What the run came to, as its workflow answers it. 409 while it has no output.
    @Sendable private func output(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identifier(of: Run.self)
        try context.caller.require(.agentsRead)
        guard let run = try await runs.find(id, in: context.scope) else { throw APIError.notFound("run") }
        guard let output = run.output else {
            throw APIError(.conflict, "the run is \(run.record.status.rawValue) and has no output")
        }
        return .bytes(output, contentType: "application/json")
    }

    @Sendable private func cancel(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identifier(of: Run.self)
        try context.caller.require(.agentsRun)
        let isCancelled = try await runs.cancel(id, in: context.scope)
        guard let run = try await runs.find(id, in: context.scope) else { throw APIError.notFound("run") }
        guard isCancelled || run.record.status == .cancelled else {
            throw APIError(.conflict, "the run is \(run.record.status.rawValue) already")
        }
        return try .json(run.record)
    }
}
