import Synchronization

/// Tells the shippers that there is something to ship. Signals that nobody has heard yet are one signal.
final class JournalSignals: Sendable {
    private let continuations = Mutex<[AsyncStream<Void>.Continuation]>([])
    /// Whether there was a signal since a shipper last began to look.
    private let isRaised = Atomic(false)

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuations.withLock { $0.append(continuation) }
        return stream
    }

    /// Costs next to nothing while the last signal was not heard.
    func wake() {
        guard !isRaised.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let all = continuations.withLock { $0 }
        for continuation in all { continuation.yield() }
    }

    /// To be called before looking for entries: what is appended later gives a signal again.
    func lower() {
        isRaised.store(false, ordering: .releasing)
    }
}
