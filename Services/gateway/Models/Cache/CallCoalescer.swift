import Synchronization

/// Lets identical calls that are under way at the same time share one call to the provider.
///
/// The first is the leader: its call is made, metered and recorded as if there were no others. Those that come while it
/// is under way are followers: they get the same value, and are recorded with no tokens and with what that saved. When
/// the leader fails, each follower makes its own call: an error may be the leader's alone, such as its deadline.
///
/// The leader's work goes on when its caller is cancelled. Tenants never meet: the key names the tenant.
final class CallCoalescer<Value: Sendable>: Sendable {
    enum Role: Sendable, Equatable {
        case leader
        /// The value was made for another call.
        case follower
    }

    struct Shared: Sendable {
        let value: Value
        let role: Role
    }

    /// More callers than this of one call under way make their own: each waits in memory with its request.
    static var maximumFollowers: Int { 1_024 }

    private typealias Waiter = CheckedContinuation<Value?, any Error>

    private struct Flight {
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct State {
        var flights: [CacheKey: Flight] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// How many different calls are under way.
    var count: Int { state.withLock { $0.flights.count } }

    /// How many wait for the call of `key`.
    func waiting(for key: CacheKey) -> Int { state.withLock { $0.flights[key]?.waiters.count ?? 0 } }

    /// Makes the call, or waits for the identical one under way.
    ///
    /// - Parameter work: Makes and records the call. Runs at most once for each caller, in a task of its own for a
    ///   leader, so it must take what it needs of the caller's task (its logger, its trace) along.
    func run(_ key: CacheKey, _ work: @escaping @Sendable () async throws -> Value) async throws -> Shared {
        switch join(key) {
        case .lead:
            return Shared(value: try await lead(key, work), role: .leader)
        case .alone:
            return Shared(value: try await work(), role: .leader)
        case .follow(let number):
            if let value = try await wait(key, number) { return Shared(value: value, role: .follower) }
            return Shared(value: try await work(), role: .leader)
        }
    }

    private enum Place {
        case lead, alone
        case follow(UInt64)
    }

    private func join(_ key: CacheKey) -> Place {
        state.withLock { state in
            guard let flight = state.flights[key] else {
                state.flights[key] = Flight()
                return .lead
            }
            guard flight.waiters.count < Self.maximumFollowers else { return .alone }
            state.next += 1
            return .follow(state.next)
        }
    }

    private func lead(_ key: CacheKey, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task.detached {
            do {
                let value = try await work()
                self.end(key, with: value)
                return value
            } catch {
                self.end(key, with: nil)
                throw error
            }
        }
        return try await task.value
    }

    private func end(_ key: CacheKey, with value: Value?) {
        let flight = state.withLock { $0.flights.removeValue(forKey: key) }
        for waiter in (flight?.waiters ?? [:]).values { waiter.resume(returning: value) }
    }

    /// Nil when the leader has failed, or ended just before.
    private func wait(_ key: CacheKey, _ number: UInt64) async throws -> Value? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Waiter) in
                let isWaiting = state.withLock { state in
                    guard !Task.isCancelled, state.flights[key] != nil else { return false }
                    state.flights[key]?.waiters[number] = continuation
                    return true
                }
                guard !isWaiting else { return }
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    continuation.resume(returning: nil)
                }
            }
        } onCancel: {
            let waiter = state.withLock { $0.flights[key]?.waiters.removeValue(forKey: number) }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
