import Contracts
import Foundation
import Logging
import Resilience
import ServiceKit

/// What one worker does on one claimed batch before it gives it back.
struct BatchSlice: Sendable {
    let claim: BatchQueue.Claim
    let worker: BatchWorker

    private var queue: BatchQueue { worker.queue }
    private var settings: BatchSettings { worker.settings }

    /// - Returns: When the batch may be claimed again; nil when it has ended.
    func run() async throws -> Duration? {
        let ends = ContinuousClock.now + settings.slice
        while let job = try await queue.load(claim) {
            switch job.batch.status {
            case .completed, .failed, .expired, .cancelled:
                worker.metrics.ended(as: job.batch.status)
                return nil
            case .cancelling:
                try await queue.close(
                    claim, expired: false, code: "batch_cancelled",
                    message: "This request was not executed before the batch was cancelled.")
                try await BatchAssembly(claim: claim, queue: queue, limits: settings.limits).end(as: .cancelled)
            case .finalizing:
                try await BatchAssembly(claim: claim, queue: queue, limits: settings.limits)
                    .end(as: job.batch.times.expired == nil ? .completed : .expired)
            case .validating, .inProgress:
                if job.batch.times.expires <= Date() {
                    try await expire(job)
                } else if job.isKeyRevoked {
                    try await queue.cancel(claim)
                } else if try await !worker.isActive(claim.scope) {
                    return settings.suspension
                } else if job.batch.status == .validating {
                    try await BatchValidation(claim: claim, queue: queue, files: worker.files).run(job.batch)
                } else if job.openLines == 0 {
                    try await queue.close(claim, expired: false, code: "", message: "")
                } else if ContinuousClock.now >= ends {
                    return .zero
                } else {
                    try await runLines(job, until: ends)
                }
            }
        }
        throw BatchWorker.LeaseLost()
    }

    private func expire(_ job: BatchQueue.Job) async throws {
        if job.batch.status == .validating { try await queue.begin(claim, total: 0) }
        try await queue.close(
            claim, expired: true, code: "batch_expired",
            message: "This request could not be executed before the completion window expired.")
    }

    // MARK: Lines

    /// Calls lines one after the other as slots come free, and returns when all that were begun have ended.
    private func runLines(_ job: BatchQueue.Job, until ends: ContinuousClock.Instant) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var last = 0
            while ContinuousClock.now < ends {
                try await worker.slots.take()
                let line: BatchQueue.Line?
                do {
                    line = try await queue.take(claim, after: last)
                } catch {
                    worker.slots.giveBack()
                    throw error
                }
                guard let line else {
                    worker.slots.giveBack()
                    break
                }
                last = line.number
                group.addTask {
                    defer { worker.slots.giveBack() }
                    try await call(line, job)
                }
            }
        }
    }

    /// Calls a line until it has a result, or it may not be called again.
    private func call(_ first: BatchQueue.Line, _ job: BatchQueue.Job) async throws {
        var line = first
        guard let endpoint = BatchEndpoint(rawValue: job.batch.endpoint) else {
            return try await keep(.notRun(code: "invalid_endpoint", message: "The endpoint is gone."), of: line)
        }
        guard
            let body = try await worker.files.bytes(
                of: job.batch.inputFile, at: line.offset, length: line.length, in: claim.scope)
        else { return try await keep(.notRun(code: "file_missing", message: "The input file is gone."), of: line) }
        while true {
            guard line.attempt <= settings.maximumAttempts else {
                return try await keep(
                    .notRun(
                        code: "attempts_exhausted",
                        message: "This request was begun \(line.attempt - 1) times without a result."
                    ), of: line)
            }
            let answer = await worker.runner.run(
                endpoint, body: body,
                identity: CallIdentity(batch: claim.id, line: line.number, attempt: line.attempt),
                as: caller(of: line, job))
            let mayPass = Self.passing.contains(answer.status)
            // An answer that came although the task is cancelled counts; a failure may be the cancellation itself.
            if Task.isCancelled, !(200..<300).contains(answer.status) { throw CancellationError() }
            guard mayPass, line.attempt < settings.maximumAttempts else {
                return try await keep(.answered(status: answer.status, body: Self.object(answer.body)), of: line)
            }
            worker.metrics.retried()
            try await Task.sleep(for: settings.backoff.delay(attempt: line.attempt))
            // Cancelled, expired or lost meanwhile: the line has no result, and whoever ends the batch says so.
            guard let next = try await queue.retake(line, claim) else { return }
            line = next
        }
    }

    /// Statuses that say nothing of the request itself.
    private static let passing: Set<Int> = [408, 429, 500, 502, 503, 504, 529]

    private func caller(of line: BatchQueue.Line, _ job: BatchQueue.Job) -> Caller {
        Caller(
            workingOn: claim.stored, at: .gateway,
            requestID: ResultLine.requestID(claim.id, line: line.number, attempt: line.attempt), roles: job.roles,
            apiKey: job.apiKey, user: job.user)
    }

    /// Written in a task of its own, and tried several times: a result that was paid for is kept also while the process
    /// ends or the database is away for a moment.
    private func keep(_ outcome: ResultLine.Outcome, of line: BatchQueue.Line) async throws {
        let isKept = try await Task { try await finish(line, outcome) }.value
        guard isKept else { return }
        if case .answered(let status, _) = outcome, (200..<300).contains(status) {
            worker.metrics.finished(isGood: true)
        } else {
            worker.metrics.finished(isGood: false)
        }
    }

    private func finish(_ line: BatchQueue.Line, _ outcome: ResultLine.Outcome) async throws -> Bool {
        for attempt in 1..<settings.maximumAttempts {
            do {
                return try await queue.finish(line, outcome, claim)
            } catch {
                worker.logger.warning(
                    "the result of a line is not kept yet",
                    metadata: ["batch": "\(claim.id.wire)", "line": "\(line.number)", "error": "\(error)"])
                try await Task.sleep(for: settings.backoff.delay(attempt: attempt))
            }
        }
        return try await queue.finish(line, outcome, claim)
    }

    /// The body as it may stand inside of a line: what is not a JSON object would spoil the whole file.
    private static func object(_ body: [UInt8]) -> [UInt8] {
        do {
            try JSONDocument(body).scan { _, _ in }
            return body
        } catch {
            return OpenAIError(
                status: 502, message: "The answer was not a JSON object.", type: "server_error",
                code: "provider_answer_unusable"
            ).body
        }
    }
}
