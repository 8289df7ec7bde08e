import Foundation

/// A mean in which a value counts half after `halfLife` and fades to nothing, so that what was measured long ago is in
/// the end not known any more.
struct DecayedAverage: Sendable {
    /// Long enough to smooth a few dozen calls, short enough that a provider that recovers is noticed in a minute.
    static let halfLife = 30.0
    /// Below this weight nothing is known: one value after 100 seconds.
    private static let minimumWeight = 0.1

    private var sum = 0.0
    private var weight = 0.0
    private var updatedAt: ContinuousClock.Instant?

    mutating func add(_ value: Double, at now: ContinuousClock.Instant) {
        let factor = decay(at: now)
        sum = sum * factor + value
        weight = weight * factor + 1
        updatedAt = now
    }

    /// Nil when nothing was measured lately.
    func mean(at now: ContinuousClock.Instant) -> Double? {
        weight * decay(at: now) >= Self.minimumWeight ? sum / weight : nil
    }

    private func decay(at now: ContinuousClock.Instant) -> Double {
        guard let updatedAt else { return 0 }
        return exp2(-max(0, updatedAt.duration(to: now) / .seconds(1)) / Self.halfLife)
    }
}
