import Contracts
import Foundation
import Logging
import Observability
import Resilience
import ServiceKit

/// Claims stored jobs and indexes their documents, a few at a time. Everything it needs is in the database: when the
/// process dies, the lease ends and another worker begins the document again.
struct IngestionWorker: Sendable {
    let store: IngestionStore
    let embedder: Embedder
    let journal: Journal
    let metrics: IngestionMetrics
    let logger: Logger
    let settings: IngestionSettings

    private static let backoff = Backoff(base: .seconds(1), maximum: .seconds(60))

    /// Works until cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let hints = WakeSignal()
            group.addTask { await listen(hints) }
            group.addTask { await observeQueue() }
            for _ in 0..<settings.concurrency {
                group.addTask { try await work(hints) }
            }
            try await group.waitForAll()
        }
    }

    /// Waits for a hint or for the poll, whichever comes first; the poll is jittered so that replicas do not ask all
    /// at once.
    private func work(_ hints: WakeSignal) async throws {
        while !Task.isCancelled {
            guard let job = try await store.claim(maximum: 1, lease: settings.lease).first else {
                let wait = settings.pollInterval * Double.random(in: 0.5...1.5)
                await hints.wait(atMost: wait)
                continue
            }
            await process(job)
        }
    }

    private func listen(_ hints: WakeSignal) async {
        while !Task.isCancelled {
            do {
                for try await _ in store.hints() { hints.wake() }
            } catch {
                logger.debug("listening for ingestion hints ended", metadata: ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: settings.pollInterval)
        }
    }

    private func observeQueue() async {
        while !Task.isCancelled {
            do {
                metrics.queue(try await store.statistics())
            } catch {
                logger.debug("the queue cannot be measured", metadata: ["error": .string("\(error)")])
            }
            try? await Task.sleep(for: settings.measureInterval)
        }
    }
}

// MARK: - One job

extension IngestionWorker {
    /// Brings one document to its end, or gives it back.
    func process(_ job: IngestionStore.Job) async {
        do {
            guard job.attempts <= settings.maximumAttempts else {
                return try await fail(job, Self.exhausted(job))
            }
            try await withHeartbeat(of: job) { try await index(job) }
        } catch let failure as IngestionFailure {
            await giveUp(job, failure.reason)
        } catch is CancellationError {
            // Shutting down: the next worker need not wait for the lease to end.
            await postpone(job, for: .zero, because: "the service was shut down")
        } catch {
            logger.warning("ingestion attempt failed", metadata: ["document": "\(job.document)", "error": "\(error)"])
            if job.attempts >= settings.maximumAttempts {
                await giveUp(job, "gave up after \(job.attempts) attempts: \(Self.publicReason(error))")
            } else {
                await postpone(job, for: Self.backoff.delay(attempt: job.attempts), because: Self.publicReason(error))
            }
        }
    }

    private func index(_ job: IngestionStore.Job) async throws {
        guard let source = try await store.begin(job) else { throw IngestionFailure.contentMissing }
        let plan = try IngestionPlan(title: source.title, content: source.content, mediaType: source.mediaType)
        let content = IndexWriter.Content(
            chunks: plan.chunks, index: plan.index, embeddings: try await embeddings(of: plan, source, job))
        guard try await store.commit(job, content) else {
            logger.info("a newer owner has the document", metadata: ["document": "\(job.document)"])
            return
        }
        metrics.finished(.ready, since: job.enqueuedAt)
        try await record(job, source, chunks: plan.chunks.count)
    }

    private func embeddings(
        of plan: IngestionPlan, _ source: IngestionStore.Source, _ job: IngestionStore.Job
    ) async throws -> (model: String, vectors: [[Float]])? {
        guard let model = source.embeddingModel else { return nil }
        let caller = Caller(
            workingOn: job.stored, at: .ragService, requestID: source.requestID, apiKey: source.apiKey)
        do {
            return (
                model, try await embedder.embed(plan.embeddingInputs(title: source.title), model: model, for: caller)
            )
        } catch let error as APIError where [.invalidRequest, .notFound, .malformedRequest].contains(error.code) {
            throw IngestionFailure.embeddingRefused(error.publicDetail ?? error.code.title)
        }
    }

    /// The id of the event comes from the generation, so a repeated attempt meters once.
    private func record(_ job: IngestionStore.Job, _ source: IngestionStore.Source, chunks: Int) async throws {
        let event = UsageEvent(
            id: UsageRecordID.derived(from: "ingestion:\(job.document):\(job.generation)"), tenant: job.scope.tenant,
            kind: .ingestion, occurredAt: Date(), requestID: source.requestID, model: source.embeddingModel,
            apiKey: source.apiKey)
        try await journal.append(usage: [event])
    }

    /// Keeps the lease while `body` runs, and cancels it when the lease is lost.
    private func withHeartbeat(of job: IngestionStore.Job, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await Task.sleep(for: settings.lease / 3)
                    guard try await store.extend(job, lease: settings.lease) else { throw LeaseLost() }
                }
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is LeaseLost {
                logger.info("lease lost", metadata: ["document": "\(job.document)"])
            }
        }
    }

    private struct LeaseLost: Error {}
}

// MARK: - Ends

extension IngestionWorker {
    private func fail(_ job: IngestionStore.Job, _ reason: String) async throws {
        if try await store.fail(job, because: reason) {
            metrics.finished(.failed, since: job.enqueuedAt)
            logger.warning("document failed", metadata: ["document": "\(job.document)", "reason": .string(reason)])
        }
    }

    /// When even this cannot be stored, the lease ends and the job is claimed again.
    private func giveUp(_ job: IngestionStore.Job, _ reason: String) async {
        do {
            try await fail(job, reason)
        } catch {
            logger.error(
                "a failed document cannot be stored", metadata: ["document": "\(job.document)", "error": "\(error)"])
        }
    }

    private func postpone(_ job: IngestionStore.Job, for delay: Duration, because reason: String) async {
        let store = store
        let logger = logger
        metrics.postponed()
        // In a task of its own, since this one may be cancelled already.
        await Task {
            do {
                try await store.postpone(job, for: delay, because: reason)
            } catch {
                logger.warning(
                    "a job cannot be given back", metadata: ["document": "\(job.document)", "error": "\(error)"])
            }
        }.value
    }

    private static func exhausted(_ job: IngestionStore.Job) -> String {
        let last = job.lastError ?? "the process stopped while it worked on the document"
        return "gave up after \(job.attempts - 1) attempts: \(last)"
    }

    /// What the tenant may read of an error.
    private static func publicReason(_ error: any Error) -> String {
        (error as? APIError).map { $0.publicDetail ?? $0.code.title } ?? "the index could not be written"
    }
}
