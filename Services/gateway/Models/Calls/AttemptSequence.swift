import Resilience

/// Which target is tried next, after how long, and when to give up.
///
/// Each target is tried once; the only one, or the last one, once more when it certainly did nothing. Everything
/// happens within the call's deadline.
struct AttemptSequence {
    /// A second try of the same target: enough for a connection that was refused or a hiccup of one replica.
    private static let repetitions = 1
    private static let backoff = Backoff(base: .milliseconds(50), maximum: .milliseconds(500))

    private let decision: RouteDecision
    private let deadline: ContinuousClock.Instant
    private var waiting: ArraySlice<ModelTarget>
    private var current: ModelTarget?
    private var repeated = 0
    private var number = 0
    private(set) var failure: ProviderFailure?

    init(plan: RoutePlan, deadline: ContinuousClock.Instant) {
        waiting = plan.targets[...]
        decision = plan.decision
        self.deadline = deadline
    }

    /// The next attempt; nil when there is nothing more to try.
    mutating func next(of call: ModelCall) -> CallAttempt? {
        if current == nil { current = waiting.popFirst() }
        guard let target = current else { return nil }
        number += 1
        return CallAttempt(call: call, target: target, decision: decision, number: number)
    }

    /// Whether there are targets that have not been tried.
    var hasMoreTargets: Bool { !waiting.isEmpty }

    /// The attempt that carries a broken answer on, at the next target that can, and how it does; nil when none can or
    /// it is too late. Every target is asked once.
    mutating func next(continuing broken: BrokenAnswer, of call: ModelCall) -> (CallAttempt, AnswerPrefill)? {
        while ContinuousClock.now < deadline, !Task.isCancelled, let target = waiting.popFirst() {
            guard let prefill = target.prefill else { continue }
            number += 1
            let attempt = CallAttempt(
                call: call, target: target, decision: decision, number: number, continuing: broken)
            return (attempt, prefill)
        }
        return nil
    }

    /// Decides what follows a failure, and waits if something should be waited for.
    ///
    /// - Throws: What the client is told, when there is nothing more to try.
    mutating func prepareNext(after failure: ProviderFailure) async throws {
        self.failure = Self.worthier(failure, self.failure)
        let isLate = ContinuousClock.now >= deadline
        guard failure.isWorthAnotherTry, !isLate, !Task.isCancelled else { throw failure.error }
        guard waiting.isEmpty else {
            current = nil
            return
        }
        guard failure.blame == .provider, !failure.mayHaveRun, repeated < Self.repetitions else {
            throw self.failure?.error ?? failure.error
        }
        repeated += 1
        var generator = SystemRandomNumberGenerator()
        let delay = Self.backoff.delay(attempt: repeated, using: &generator)
        guard ContinuousClock.now.advanced(by: delay) < deadline else { throw failure.error }
        try await Task.sleep(for: delay)
    }

    /// Of several failures the client is told the one it can act on: a limit passes, a broken provider does not.
    private static func worthier(_ new: ProviderFailure, _ old: ProviderFailure?) -> ProviderFailure {
        guard let old, old.blame == .limit, new.blame != .limit, new.blame != .request else { return new }
        return old
    }
}
