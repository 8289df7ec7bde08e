import Synchronization

/// Counts since the client was made, but for the first two, which are of this moment.
package struct RedisStatistics: Sendable, Equatable {
    package var readyConnections = 0
    package var inFlight = 0
    package var commands = 0
    /// Commands that the server answered with an error.
    package var serverErrors = 0
    package var timeouts = 0
    package var cancellations = 0
    /// Commands that were not sent: no connection, too many under way, or shut down.
    package var refusals = 0
    package var connectionsOpened = 0
    package var connectionsLost = 0
    package var connectFailures = 0
    package var messages = 0
    /// Notices to subscribers that messages may have been missed.
    package var gaps = 0
}

/// The same numbers where they are counted, from any thread.
final class StatisticsCounters: Sendable {
    let readyConnections = Atomic(0)
    let inFlight = Atomic(0)
    let commands = Atomic(0)
    let serverErrors = Atomic(0)
    let timeouts = Atomic(0)
    let cancellations = Atomic(0)
    let refusals = Atomic(0)
    let connectionsOpened = Atomic(0)
    let connectionsLost = Atomic(0)
    let connectFailures = Atomic(0)
    let messages = Atomic(0)
    let gaps = Atomic(0)

    func count(_ code: RedisError.Code) {
        switch code {
        case .server: serverErrors.add(1, ordering: .relaxed)
        case .timeout: timeouts.add(1, ordering: .relaxed)
        case .cancelled: cancellations.add(1, ordering: .relaxed)
        case .unavailable, .overloaded, .closed, .invalid: refusals.add(1, ordering: .relaxed)
        case .connectionLost: break
        }
    }

    func countBroken(wasReady: Bool) {
        if wasReady {
            connectionsLost.add(1, ordering: .relaxed)
        } else {
            connectFailures.add(1, ordering: .relaxed)
        }
    }

    var snapshot: RedisStatistics {
        RedisStatistics(
            readyConnections: readyConnections.load(ordering: .relaxed),
            inFlight: inFlight.load(ordering: .relaxed),
            commands: commands.load(ordering: .relaxed),
            serverErrors: serverErrors.load(ordering: .relaxed),
            timeouts: timeouts.load(ordering: .relaxed),
            cancellations: cancellations.load(ordering: .relaxed),
            refusals: refusals.load(ordering: .relaxed),
            connectionsOpened: connectionsOpened.load(ordering: .relaxed),
            connectionsLost: connectionsLost.load(ordering: .relaxed),
            connectFailures: connectFailures.load(ordering: .relaxed),
            messages: messages.load(ordering: .relaxed),
            gaps: gaps.load(ordering: .relaxed))
    }
}
