import ServiceLifecycle
import Synchronization

/// The answers under way that the HTTP server knows nothing of. When the service stops they are waited for, as the
/// server waits for its own, so that their records are written before the journal is closed.
final class DirectAnswers: Service {
    private struct State {
        var underWay = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func began() {
        state.withLock { $0.underWay += 1 }
    }

    func ended() {
        let waiting = state.withLock { state in
            state.underWay -= 1
            guard state.underWay == 0 else { return nil as CheckedContinuation<Void, Never>? }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    func run() async throws {
        try await gracefulShutdown()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.underWay > 0 { state.waiting = continuation }
                return state.underWay == 0
            }
            if isOver { continuation.resume() }
        }
    }
}
