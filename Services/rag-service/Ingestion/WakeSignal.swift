import Synchronization

/// Wakes everybody who waits, once. A wake while nobody waits is forgotten: the poll finds what it announced.
final class WakeSignal: Sendable {
    private struct State {
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        /// Those whose time was up before they began to wait.
        var expired: Set<UInt64> = []
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    func wake() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns at the next wake, after `limit`, or when cancelled.
    func wait(atMost limit: Duration) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = Task {
            try? await Task.sleep(for: limit)
            release(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isExpired = state.withLock { state in
                    guard state.expired.remove(id) == nil else { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isExpired { continuation.resume() }
            }
        } onCancel: {
            timer.cancel()
        }
        timer.cancel()
        await timer.value
        state.withLock { _ = $0.expired.remove(id) }
    }

    private func release(_ id: UInt64) {
        state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if waiter == nil { state.expired.insert(id) }
            return waiter
        }?.resume()
    }
}
