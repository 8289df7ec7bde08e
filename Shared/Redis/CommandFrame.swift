/// A command as one run of bytes and the lengths of its words, made on the caller's thread so that the loop only
/// hands it over.
struct CommandFrame: Sendable, Equatable {
    let bytes: [UInt8]
    let lengths: [Int]

    init(_ arguments: [RedisArgument]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(arguments.reduce(0) { $0 + $1.bytes.count })
        for argument in arguments { bytes += argument.bytes }
        self.bytes = bytes
        lengths = arguments.map(\.bytes.count)
    }

    /// The first word in upper case, where it is ASCII.
    var name: String {
        String(decoding: bytes.prefix(lengths.first ?? 0), as: UTF8.self).uppercased()
    }

    /// Why the command may not go over a connection that others use; nil when it may.
    ///
    /// These change the state of the connection for whoever comes next, hold it while they wait, or, like the
    /// subscriptions, have answers that do not come in the order of the commands.
    func refusal() -> RedisError? {
        guard let first = lengths.first, first > 0 else { return RedisError(.invalid, "the command is empty") }
        // The shortest of them has four letters and the longest thirteen, which spares GET and SET the look-up.
        guard (4...13).contains(first), Self.stateful.contains(name) else { return nil }
        return RedisError(.invalid, "\(name) cannot be used on a shared connection")
    }

    private static let stateful: Set<String> = [
        "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR", "MULTI",
        "EXEC", "DISCARD", "WATCH", "UNWATCH", "SELECT", "AUTH", "HELLO", "RESET", "QUIT", "SYNC", "PSYNC", "BLPOP",
        "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF",
    ]
}
