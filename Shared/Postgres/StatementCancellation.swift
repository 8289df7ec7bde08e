internal import CPostgres

/// Asks the server, over a connection of its own, to stop what another connection is doing.
///
/// Unchecked because the compiler cannot know what the manual says: a `PGcancel` is a copy of what is needed and may be
/// used in any thread (libpq, "Canceling Queries in Progress"). It is used by one thread at a time here.
@safe final class StatementCancellation: @unchecked Sendable {
    private let cancel: OpaquePointer

    init(_ cancel: OpaquePointer) {
        unsafe self.cancel = cancel
    }

    deinit {
        unsafe PQfreeCancel(cancel)
    }

    /// Sends the request on a thread that may block (libpq 15 has no other way) and calls `completion` there.
    ///
    /// When it returns the server has told the process concerned, so a statement sent later is not hit.
    func send(_ completion: @escaping @Sendable () -> Void) {
        BlockingCalls.run { [self] in
            // The buffer takes libpq's reason for a failure. Nothing follows from it: the statement ends by itself,
            // by its timeout, or by ours.
            var reason = [CChar](repeating: 0, count: 256)
            _ = unsafe PQcancel(cancel, &reason, Int32(reason.count))
            completion()
        }
    }
}
