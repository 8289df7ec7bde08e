/// A connection lent to a transaction.
struct TransactionLease {
    /// Nil once it broke.
    var connection: Connection?
    var hasBegun = false
}
