/// The pool at one moment. Counts rise for the life of the pool.
package struct PostgresPoolStatistics: Sendable, Equatable {
    /// Connections that are open and unused.
    package var idle = 0
    /// Connections that work for a caller.
    package var busy = 0
    /// Connections being made.
    package var connecting = 0
    /// Callers that wait for a connection.
    package var waiting = 0

    package var connectionsOpened: UInt64 = 0
    package var connectionsClosed: UInt64 = 0
    package var connectionFailures: UInt64 = 0
    /// Leases of a connection to a caller.
    package var leases: UInt64 = 0
    /// Callers that had to wait, and how long all of them together did.
    package var waits: UInt64 = 0
    package var waitNanoseconds: UInt64 = 0
    /// Callers turned away because too many waited, or because none came free in time.
    package var refusals: UInt64 = 0
    package var waitTimeouts: UInt64 = 0
    /// Statements cancelled by their callers.
    package var cancellations: UInt64 = 0
    /// Connections given up because the server did not answer in time.
    package var answerTimeouts: UInt64 = 0
    /// Pings of unused connections that failed.
    package var healthCheckFailures: UInt64 = 0
    /// Statements prepared, and prepared again because the server had dropped or outlived the plan.
    package var preparations: UInt64 = 0
    package var repreparations: UInt64 = 0
}
