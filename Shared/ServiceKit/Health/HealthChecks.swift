import Resilience
import Synchronization

/// What a service needs, and whether it has it.
package final class HealthChecks: Sendable {
    package enum Status: Sendable, Equatable {
        case ok
        /// Requests are served, something is worse than it should be.
        case degraded(String)
        /// Requests cannot be served.
        case failing(String)
    }

    package struct Report: Sendable, Equatable {
        package var entries: [(name: String, status: Status)]

        package static func == (left: Report, right: Report) -> Bool {
            left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.status == $1.status }
        }

        package var isReady: Bool {
            entries.allSatisfy { if case .failing = $0.status { false } else { true } }
        }

        package var isDegraded: Bool { entries.contains { $0.status != .ok } }
    }

    package typealias Check = @Sendable () async -> Status

    /// A probe is answered within this even when a dependency hangs: kubelet waits one second by default.
    private static let patience = Duration.milliseconds(800)
    /// Probes from many sides do not become load on the dependencies.
    private static let freshness = Duration.milliseconds(500)

    private struct Content {
        var checks: [(name: String, check: Check)] = []
        var isShuttingDown = false
        var last: (report: Report, at: ContinuousClock.Instant)?
    }

    private let content = Mutex(Content())

    package init() {}

    package func add(_ name: String, _ check: @escaping Check) {
        content.withLock { $0.checks.append((name, check)) }
    }

    /// From now on the service is not ready, so that balancers send nothing new while it finishes.
    package func beginShutdown() {
        content.withLock { $0.isShuttingDown = true }
    }

    package func report() async -> Report {
        let (checks, isShuttingDown, last) = content.withLock { ($0.checks, $0.isShuttingDown, $0.last) }
        if isShuttingDown { return Report(entries: [("shutdown", .failing("the service is shutting down"))]) }
        if let last, ContinuousClock.now - last.at < Self.freshness { return last.report }
        let report = await Self.run(checks)
        content.withLock { $0.last = (report, .now) }
        return report
    }

    private static func run(_ checks: [(name: String, check: Check)]) async -> Report {
        await withTaskGroup(of: (Int, Status).self) { group in
            for (index, entry) in checks.enumerated() {
                group.addTask { (index, await bounded(entry.check)) }
            }
            var statuses = Array(repeating: Status.ok, count: checks.count)
            for await (index, status) in group { statuses[index] = status }
            return Report(entries: zip(checks, statuses).map { ($0.name, $1) })
        }
    }

    private static func bounded(_ check: @escaping Check) async -> Status {
        await withTaskGroup(of: Status.self) { group in
            group.addTask { await check() }
            group.addTask {
                try? await Task.sleep(for: patience)
                return .failing("no answer within \(patience)")
            }
            let first = await group.next() ?? .failing("not checked")
            group.cancelAll()
            return first
        }
    }
}
