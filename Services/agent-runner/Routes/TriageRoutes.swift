import Contracts
import Foundation
import Hummingbird
import ServiceKit

/// `POST /v1/tickets/triage`: the main road. The run is stored before anything else, so it is finished also when the
/// caller goes away or the process dies; the answer is then at `/v1/runs/{id}`.
struct TriageRoutes: Sendable {
    /// A person is waiting; what takes longer goes on without them.
    static let patience = Duration.seconds(30)

    let executor: RunExecutor

    func add(to group: RouterGroup<CallerContext>) {
        group.post("tickets/triage", use: triage)
    }

    @Sendable private func triage(_ request: Request, _ context: CallerContext) async throws -> Response {
        let input = try await request.decodeBody(as: TriageRequest.self, context: context)
        try context.caller.require(.ticketsTriage)
        try TicketRules.check(input)
        let (id, work) = try await executor.start(newRun(input, context), in: context.scope)
        return try Self.response(id, await Self.wait(for: work))
    }

    private func newRun(_ input: TriageRequest, _ context: CallerContext) throws -> NewRun {
        NewRun(
            workflow: TriageWorkflow.name, version: TriageWorkflow.version,
            input: [UInt8](try WireFormat.encoder().encode(input)), actor: context.caller.actor,
            requestID: context.requestID)
    }

    /// The result, or `notFinished` when patience ends first. The work is not cancelled.
    private static func wait(for work: Task<RunResult, Never>) async -> RunResult {
        let (results, continuation) = AsyncStream<RunResult>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let waiting = Task { continuation.yield(await work.value) }
        let impatience = Task {
            do { try await Task.sleep(for: patience) } catch { return }
            continuation.yield(.notFinished)
        }
        defer {
            waiting.cancel()
            impatience.cancel()
        }
        for await result in results { return result }
        return .notFinished
    }

    private static func response(_ id: RunID, _ result: RunResult) throws -> Response {
        switch result {
        case .succeeded(let output):
            return .bytes(output, contentType: "application/json")
        case .failed(let reason):
            throw APIError(.upstreamFailed, "run \(id) failed: \(reason)")
        case .notFinished:
            return try .json(
                PendingRun(runID: id, status: .running), status: .accepted, headers: [.location: "/v1/runs/\(id)"])
        }
    }
}
