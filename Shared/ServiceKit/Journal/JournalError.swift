/// Why an entry was not taken. The work it belongs to must then not be answered as done.
package enum JournalError: Error, Sendable, Equatable {
    /// The disk or the journal's share of it is full, or the disk fails.
    case notWritten(String)
    case closed
}
