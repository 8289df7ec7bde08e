/// What a connection can be asked to do, one after the other.
enum Work: Sendable {
    /// Statements in one message. `prelude` goes first and its results are dropped.
    ///
    /// Without BEGIN in it the server takes all of them as one transaction that the sync commits.
    case pipeline(prelude: [SQL], statements: [SQL])
    /// Text that may hold several statements, by the simple protocol.
    case script(String)
    /// Starts `COPY … FROM STDIN`; done when the server wants rows.
    case copyBegin(String)
    /// Rows; done when they are handed to the kernel, which is the back-pressure.
    case copyRows([UInt8])
    /// Ends the rows, or breaks the COPY off for the reason given.
    case copyEnd(failure: String?)
}

/// Work with someone who waits for it. `complete` is called once, on the loop.
struct Job {
    let id: UInt64
    let work: Work
    let complete: (Result<[PostgresResult], PostgresError>) -> Void
}

/// Whoever made a connection hears from it, on the loop.
protocol ConnectionOwner: AnyObject {
    func connectionDidOpen(_ connection: Connection)
    /// Once, for a connection that could not be made as for one that broke or was closed.
    func connectionDidClose(_ connection: Connection, _ error: PostgresError)
    func connection(_ connection: Connection, didReceive channel: String, payload: String)
}
