import Synchronization

/// Tells the shippers that there is something to ship. Signals that nobody has heard yet are one signal.
final class JournalSignals: Sendable {
    private let continuations = Mutex<[AsyncStream<Void>.Continuation]>([])

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuations.withLock { $0.append(continuation) }
        return stream
    }

    func wake() {
        let all = continuations.withLock { $0 }
        for continuation in all { continuation.yield() }
    }
}
