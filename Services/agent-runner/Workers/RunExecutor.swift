import Contracts
import Foundation
import Logging
import ServiceKit

/// Carries runs out: those that were just asked for, and those that a dead worker left behind.
///
/// At most `maximumRuns` at a time, so that a crowd of abandoned runs after an outage does not starve new ones of
/// connections and memory.
final class RunExecutor: Sendable {
    /// A run is almost always waiting for another service; 64 of them fit a pool of ten connections.
    static let maximumRuns = 64
    static let pollInterval = Duration.seconds(1)
    static let heartbeatInterval = Duration.seconds(3)

    private let runs: RunStore
    private let workflow: TriageWorkflow
    private let evidence: RunEvidence
    private let logger: Logger
    private let slots = RunSlots(limit: RunExecutor.maximumRuns)

    init(runs: RunStore, workflow: TriageWorkflow, evidence: RunEvidence, logger: Logger) {
        self.runs = runs
        self.workflow = workflow
        self.evidence = evidence
        self.logger = logger
    }

    /// Stores a run and carries it out. The work goes on when the caller goes away; a crash leaves it to the poll.
    /// - Throws: 503 when this worker has as many runs as it may.
    func start(_ run: NewRun, in scope: TenantScope) async throws -> (RunID, Task<RunResult, Never>) {
        guard slots.take() else {
            throw APIError(.unavailable, "too many runs are under way here; try again in a few seconds")
        }
        do {
            let claimed = try await runs.create(run, in: scope)
            return (claimed.id, Task { await self.carryOut(claimed) })
        } catch {
            slots.giveBack()
            throw error
        }
    }

    /// Looks for abandoned runs and renews leases until the task is cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.every(Self.heartbeatInterval, "heartbeat") { try await self.runs.heartbeat() }
            }
            group.addTask { try await self.every(Self.pollInterval, "poll") { try await self.adopt() } }
            try await group.waitForAll()
        }
    }

    private func every(_ interval: Duration, _ name: String, _ body: () async throws -> Void) async throws {
        while !Task.isCancelled {
            do {
                try await body()
            } catch is CancellationError {
                return
            } catch {
                // PostgreSQL is away: the leases run out, and whoever is back first takes the runs up.
                logger.warning("\(name) failed", metadata: ["error": "\(error)"])
            }
            let jitter = Double.random(in: 0.8...1.2)
            do { try await Task.sleep(for: interval * jitter) } catch { return }
        }
    }

    private func adopt() async throws {
        let free = slots.free
        guard free > 0 else { return }
        for claim in try await runs.claim(most: free) {
            guard slots.take() else { return }
            let scope = StoredJob(claimedRowOf: claim.tenant, reference: "run:\(claim.id)").scope
            guard let run = try await runs.load(claim.id, epoch: claim.epoch, in: scope) else {
                slots.giveBack()
                continue
            }
            Task { await self.carryOut(run) }
        }
    }

    private func carryOut(_ run: ClaimedRun) async -> RunResult {
        defer { slots.giveBack() }
        do {
            return try await attempt(run)
        } catch {
            return await settle(run, error)
        }
    }

    private func attempt(_ run: ClaimedRun) async throws -> RunResult {
        guard run.workflow == TriageWorkflow.name, run.version == TriageWorkflow.version else {
            throw RunFailure.permanent("this installation does not know \(run.workflow) version \(run.version)")
        }
        let input = try WireFormat.decoder().decode(TriageRequest.self, from: Data(run.input))
        let steps = StepRecorder(recorded: run.steps) { path, output in
            try await self.runs.record(step: path, output: output, of: run)
        }
        let result = try await workflow.run(input, of: run, steps: steps)
        // First the evidence, then the end: a crash in between repeats the evidence under the same ids, which counts once.
        try await evidence.record(run, result: result)
        let output = [UInt8](try WireFormat.encoder().encode(result))
        try await runs.finish(run, status: .succeeded, output: output, error: nil)
        return .succeeded(output)
    }

    private func settle(_ run: ClaimedRun, _ error: any Error) async -> RunResult {
        var random = SystemRandomNumberGenerator()
        let verdict = RetrySchedule.verdict(on: error, attempt: run.attempt, random: &random)
        logger.warning(
            "run did not finish",
            metadata: ["run": "\(run.id)", "tenant": "\(run.scope.tenant)", "error": "\(error)", "next": "\(verdict)"])
        do {
            switch verdict {
            case .abandon: return .notFinished
            case .retry(let delay):
                try await runs.release(run, after: delay)
                return .notFinished
            case .fail(let reason):
                try await evidence.record(run, failure: reason)
                try await runs.finish(run, status: .failed, output: nil, error: reason)
                return .failed(reason: reason)
            }
        } catch {
            // The lease runs out by itself, and another attempt comes to a verdict of its own.
            logger.error("run could not be settled", metadata: ["run": "\(run.id)", "error": "\(error)"])
            return .notFinished
        }
    }
}
