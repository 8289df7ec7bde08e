/// Why a reactor did not take a command.
package enum ReactorError: Error, Equatable {
    /// The mailbox holds as many commands as it may; the caller is faster than the loop and has to shed load.
    case mailboxFull
    /// The reactor was stopped.
    case stopped
    /// The kernel refused an epoll, eventfd or thread; the value is `errno`.
    case systemCall(name: String, errno: Int32)
}
