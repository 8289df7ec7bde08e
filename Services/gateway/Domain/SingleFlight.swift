import Synchronization

/// Joins callers that want the same thing at the same time: one does the work, the others wait for its result.
///
/// A failure reaches everybody who waited and is not kept. Each key has at most one task, so the number of tasks is
/// bounded by the number of requests under way.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Flight {
        let number: UInt64
        let task: Task<Value, any Error>
    }

    private struct State {
        var flights: [Key: Flight] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// The work is not cancelled with the caller that began it: others may be waiting.
    func run(_ key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let flight = state.withLock { state in
            if let flight = state.flights[key] { return flight }
            state.next += 1
            let number = state.next
            let task = Task.detached {
                defer { self.end(key, number) }
                return try await work()
            }
            let flight = Flight(number: number, task: task)
            state.flights[key] = flight
            return flight
        }
        return try await flight.task.value
    }

    private func end(_ key: Key, _ number: UInt64) {
        state.withLock { state in
            if state.flights[key]?.number == number { state.flights[key] = nil }
        }
    }
}
