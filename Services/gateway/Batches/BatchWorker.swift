import Contracts
import Foundation
import Logging
import ServiceKit

/// Works on stored batches, a few at a time. Everything it needs is in the database: when the process dies, the lease
/// ends and another gateway goes on after the last line that has a result.
struct BatchWorker: Sendable {
    let queue: BatchQueue
    let files: FileStore
    let runner: any BatchLineRunner
    /// Whether calls of the tenant are let in at present.
    let isActive: @Sendable (TenantScope) async throws -> Bool
    let metrics: BatchMetrics
    let logger: Logger
    let settings: BatchSettings
    let slots: LineSlots

    /// Removed in one statement, so that none runs long.
    private static let sweepSize = 100

    init(
        queue: BatchQueue, files: FileStore, runner: any BatchLineRunner,
        isActive: @escaping @Sendable (TenantScope) async throws -> Bool, metrics: BatchMetrics, logger: Logger,
        settings: BatchSettings
    ) {
        self.queue = queue
        self.files = files
        self.runner = runner
        self.isActive = isActive
        self.metrics = metrics
        self.logger = logger
        self.settings = settings
        slots = LineSlots(count: settings.concurrency)
    }

    /// Works until cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keepHouse() }
            for _ in 0..<settings.batchesAtOnce {
                group.addTask { try await work() }
            }
            try await group.waitForAll()
        }
    }

    private func work() async throws {
        while !Task.isCancelled {
            guard let claim = try await queue.claim(lease: settings.lease) else {
                try await Task.sleep(for: settings.pollInterval * Double.random(in: 0.5...1.5))
                continue
            }
            await process(claim)
        }
    }

    /// Sweeps, and measures the queue.
    private func keepHouse() async {
        while !Task.isCancelled {
            do {
                let swept = try await queue.sweep(
                    retentionSeconds: settings.limits.retentionSeconds, limit: Self.sweepSize)
                metrics.queue(try await queue.statistics())
                if swept >= Self.sweepSize { continue }
            } catch {
                logger.debug("files and batches cannot be swept", metadata: ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: settings.sweepInterval)
        }
    }

    // MARK: One batch

    /// Brings a batch as far as a slice of time allows, and gives it back.
    func process(_ claim: BatchQueue.Claim) async {
        do {
            let pause = try await withHeartbeat(of: claim) { try await BatchSlice(claim: claim, worker: self).run() }
            if let pause { try await queue.release(claim, for: pause) }
        } catch is LeaseLost {
            logger.info("a newer owner has the batch", metadata: ["batch": "\(claim.id.wire)"])
        } catch is CancellationError {
            // Shutting down: the next worker need not wait for the lease to end.
            await giveBack(claim, for: .zero)
        } catch {
            metrics.failed()
            logger.warning(
                "work on a batch failed", metadata: ["batch": "\(claim.id.wire)", "error": .string("\(error)")])
            await giveBack(claim, for: .seconds(5))
        }
    }

    private func giveBack(_ claim: BatchQueue.Claim, for delay: Duration) async {
        // In a task of its own, since this one may be cancelled already.
        await Task {
            do {
                try await queue.release(claim, for: delay)
            } catch {
                logger.warning(
                    "a batch cannot be given back", metadata: ["batch": "\(claim.id.wire)", "error": "\(error)"])
            }
        }.value
    }

    struct LeaseLost: Error {}

    /// Keeps the lease while `body` runs, and cancels it when the lease is lost.
    private func withHeartbeat<Result: Sendable>(
        of claim: BatchQueue.Claim, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await Task.sleep(for: settings.lease / 3)
                    guard try await queue.extend(claim, lease: settings.lease) else { throw LeaseLost() }
                }
            }
            guard case .some(.some(let result)) = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
