/// The moment after which an answer is of no use, carried through everything done for it.
package struct Deadline: Sendable, Comparable {
    package let instant: ContinuousClock.Instant

    package init(at instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    /// `duration` from `now`.
    package init(in duration: Duration, from now: ContinuousClock.Instant = .now) {
        instant = now + duration
    }

    /// What is left, zero once it has passed.
    package func remaining(at now: ContinuousClock.Instant = .now) -> Duration {
        max(.zero, now.duration(to: instant))
    }

    package func hasPassed(at now: ContinuousClock.Instant = .now) -> Bool {
        now >= instant
    }

    package static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }
}
