import Synchronization

/// A command on its way: whoever comes first, answer, failure, deadline or cancellation, ends it, and once.
///
/// What happens to the caller is separate from what happens on the wire: a command that was cancelled keeps its place
/// in the connection's queue, so that the answers behind it go to their own callers.
final class PendingCommand: Sendable {
    private enum State {
        case initial
        case waiting(CheckedContinuation<RedisValue, any Error>)
        case finished(Result<RedisValue, RedisError>)
    }

    let frame: CommandFrame
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State.initial)
    private let counters: StatisticsCounters

    /// The caller has counted the command as in flight.
    init(_ frame: CommandFrame, deadline: ContinuousClock.Instant, counters: StatisticsCounters) {
        self.frame = frame
        self.deadline = deadline
        self.counters = counters
    }

    // The place in the bound is given back when nobody holds the command any more, neither caller nor connection.
    deinit {
        counters.inFlight.subtract(1, ordering: .relaxed)
    }

    /// The result, once there is one. Cancelling the task ends the command. To be called once.
    ///
    /// - Parameter send: Runs when the command is still wanted and can be resumed.
    func result(send: () -> Void) async throws -> RedisValue {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if wait(continuation) { send() }
            }
        } onCancel: {
            fail(RedisError(.cancelled, "the task was cancelled"))
        }
    }

    /// True when nobody waits any more, so the command need not be sent.
    var isFinished: Bool {
        state.withLock { state in
            if case .finished = state { true } else { false }
        }
    }

    func succeed(_ value: RedisValue) {
        finish(.success(value))
    }

    func fail(_ error: RedisError) {
        finish(.failure(error))
    }

    /// Keeps the continuation. False when the command has ended already: then the continuation is resumed.
    private func wait(_ continuation: CheckedContinuation<RedisValue, any Error>) -> Bool {
        let result: Result<RedisValue, RedisError>? = state.withLock { state in
            guard case .finished(let result) = state else {
                state = .waiting(continuation)
                return nil
            }
            return result
        }
        guard let result else { return true }
        continuation.resume(with: result.mapError { $0 })
        return false
    }

    private func finish(_ result: Result<RedisValue, RedisError>) {
        var continuation: CheckedContinuation<RedisValue, any Error>?
        let isFirst = state.withLock { state in
            if case .finished = state { return false }
            if case .waiting(let waiting) = state { continuation = waiting }
            state = .finished(result)
            return true
        }
        guard isFirst else { return }
        if case .failure(let error) = result { counters.count(error.code) }
        continuation?.resume(with: result.mapError { $0 })
    }
}
