import Synchronization

/// What the rest of the process hands to a reactor: commands, which are bounded, and jobs of actors that live
/// on it, which the runtime does not allow to be refused.
///
/// One lock guards everything, so «nothing is waiting, going to sleep» and «something is waiting, wake up» cannot
/// pass each other unseen.
final class Mailbox: Sendable {
    struct Batch {
        var commands: [@Sendable () -> Void] = []
        var jobs: [UnownedJob] = []

        var isEmpty: Bool { commands.isEmpty && jobs.isEmpty }
    }

    private struct State {
        var batch = Batch()
        var isSleeping = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds a command. True when the loop sleeps and has to be woken, which holds once for each sleep.
    func post(_ command: @escaping @Sendable () -> Void) throws(ReactorError) -> Bool {
        try state.withLock { state throws(ReactorError) in
            guard !state.isStopped else { throw .stopped }
            guard state.batch.commands.count < capacity else { throw .mailboxFull }
            state.batch.commands.append(command)
            return Self.takeSleep(&state)
        }
    }

    /// Adds the command that stops the loop, past the bound: it comes once, and a full mailbox must not keep it out.
    func postStop(_ command: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            state.batch.commands.append(command)
            return Self.takeSleep(&state)
        }
    }

    /// Adds an actor's job. Nil when the reactor is stopped and the job has to run elsewhere.
    func post(_ job: UnownedJob) -> Bool? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.batch.jobs.append(job)
            return Self.takeSleep(&state)
        }
    }

    /// Everything that waits, in exchange for an empty batch whose storage is used again.
    func swap(with empty: Batch) -> Batch {
        state.withLock { state in
            let full = state.batch
            state.batch = empty
            return full
        }
    }

    /// Marks the loop asleep. False when something is waiting and the loop must not sleep.
    func beginSleep() -> Bool {
        state.withLock { state in
            state.isSleeping = state.batch.isEmpty && !state.isStopped
            return state.isSleeping
        }
    }

    func endSleep() {
        state.withLock { $0.isSleeping = false }
    }

    /// Refuses everything from now on and returns what was still waiting.
    func stop() -> Batch {
        state.withLock { state in
            state.isStopped = true
            let rest = state.batch
            state.batch = Batch()
            return rest
        }
    }

    private static func takeSleep(_ state: inout State) -> Bool {
        let wasSleeping = state.isSleeping
        state.isSleeping = false
        return wasSleeping
    }
}
