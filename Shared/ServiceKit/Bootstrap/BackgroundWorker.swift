import Logging
import Observability
import Resilience
import ServiceLifecycle

/// Work beside the requests, kept running until shutdown.
struct BackgroundWorker: Service {
    let name: String
    let logger: Logger
    let metrics: MetricsRegistry
    let work: @Sendable () async throws -> Void

    /// A worker that fails at once must not fill the log; half a minute is the longest a repaired one stays away.
    private static let backoff = Backoff(base: .milliseconds(200), maximum: .seconds(30))

    func run() async throws {
        await cancelWhenGracefulShutdown { await runUntilCancelled() }
    }

    private func runUntilCancelled() async {
        let restarts = metrics.counter(
            "background_failures_total", help: "Times a background worker failed and was started again.",
            labels: ["worker": name])
        var attempt = 1
        while !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                try await work()
            } catch {
                guard !Task.isCancelled else { return }
                restarts.add()
                logger.error("background worker failed", error: error, metadata: ["worker": .string(name)])
            }
            // One that ran well for a while failed for a new reason.
            attempt = ContinuousClock.now - started > .seconds(60) ? 1 : attempt + 1
            try? await Task.sleep(for: Self.backoff.delay(attempt: attempt))
        }
    }
}
