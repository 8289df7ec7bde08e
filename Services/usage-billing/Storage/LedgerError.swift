package import Contracts

/// What must not happen, and says so instead of billing something wrong.
package enum LedgerError: Error, Equatable {
    /// There is no price book in force.
    case noPrices
    /// The cost of an event does not fit 64 bits, though its counts and prices were within bounds.
    case costOutOfRange(UsageRecordID)
    /// The lease that a request names is closed, or was granted to another replica.
    case leaseEnded
    /// A column holds what the ledger never writes.
    case unreadable(column: String)
}
