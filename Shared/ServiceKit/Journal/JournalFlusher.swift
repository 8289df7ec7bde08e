import Dispatch
import Synchronization

/// Flushes a log to the disk for all who wait, from a thread of its own: those who come during a flush share the next.
final class JournalFlusher: Sendable {
    private struct Waiting: Sendable {
        var continuations: [CheckedContinuation<Void, any Error>] = []
        var isScheduled = false
    }

    private let log: JournalLog
    private let queue = DispatchQueue(label: "asterism.journal.flush", qos: .userInitiated)
    private let waiting = Mutex(Waiting())

    init(_ log: JournalLog) {
        self.log = log
    }

    /// Returns when everything that was appended before the call is on the disk.
    func flushed() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.continuations.append(continuation)
                defer { waiting.isScheduled = true }
                return !waiting.isScheduled
            }
            if isFirst { queue.async { self.drain() } }
        }
    }

    private func drain() {
        while let continuations = take() {
            let result = Result { try log.flush() }
            for continuation in continuations { continuation.resume(with: result) }
        }
    }

    private func take() -> [CheckedContinuation<Void, any Error>]? {
        waiting.withLock { waiting in
            guard !waiting.continuations.isEmpty else {
                waiting.isScheduled = false
                return nil
            }
            defer { waiting.continuations = [] }
            return waiting.continuations
        }
    }
}
