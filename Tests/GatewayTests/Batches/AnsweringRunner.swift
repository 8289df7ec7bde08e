import Contracts
import Foundation
import Logging
import Observability
import Postgres
import Resilience
import ServiceKit
import Support
import Synchronization

@testable import Gateway

/// Answers lines without a provider, and remembers what it was asked.
final class AnsweringRunner: BatchLineRunner {
    struct Call: Sendable, Equatable {
        let body: String
        let usage: UsageRecordID
        let request: String
    }

    let calls = Mutex<[Call]>([])
    private let answer: @Sendable (Call) async -> (Int, String)

    init(_ answer: @escaping @Sendable (Call) async -> (Int, String) = { _ in (200, #"{"ok":true}"#) }) {
        self.answer = answer
    }

    func run(
        _ endpoint: BatchEndpoint, body: [UInt8], identity: CallIdentity, as caller: Caller
    ) async -> (status: Int, body: [UInt8]) {
        let call = Call(
            body: String(decoding: body, as: UTF8.self), usage: identity.usage(attempt: 1), request: caller.requestID)
        calls.withLock { $0.append(call) }
        let (status, text) = await answer(call)
        return (status, Array(text.utf8))
    }
}

extension BatchSettings {
    static var forTests: BatchSettings {
        var settings = BatchSettings()
        settings.lease = .seconds(5)
        settings.pollInterval = .milliseconds(20)
        settings.backoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(5))
        return settings
    }
}

extension BatchWorker {
    static func forTests(
        _ pool: PostgresPool, _ runner: any BatchLineRunner, _ settings: BatchSettings = .forTests
    ) -> BatchWorker {
        BatchWorker(
            queue: BatchQueue(pool: pool), files: FileStore(pool: pool), runner: runner, isActive: { _ in true },
            metrics: BatchMetrics(registry: MetricsRegistry()), logger: .quiet, settings: settings)
    }
}
