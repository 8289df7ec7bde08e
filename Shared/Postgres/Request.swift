import Synchronization

/// A caller's wish, known by its number on both sides of the mailbox.
final class RequestTicket: Sendable {
    private static let numbers = Atomic<UInt64>(0)

    let id = RequestTicket.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    private let cancelled = Atomic<Bool>(false)

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// To be called before the loop is told, so a wish that the loop meets only afterwards is not begun.
    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// What a caller waits for.
struct Reply: Sendable {
    struct Output: Sendable {
        var results: [PostgresResult] = []
        /// The connection lent to a transaction.
        var lease: UInt64 = 0
    }

    private let continuation: CheckedContinuation<Output, any Error>

    init(_ continuation: CheckedContinuation<Output, any Error>) {
        self.continuation = continuation
    }

    func succeed(_ output: Output) { continuation.resume(returning: output) }
    func fail(_ error: PostgresError) { continuation.resume(throwing: error) }
}

/// A caller's wish while the loop has it. The reply is given once.
final class Request {
    enum Wish {
        /// One job on whichever connection is free.
        case job(Work)
        /// A connection for a transaction, until it is given back.
        case lease
        /// The end of a transaction on the connection it has.
        case ending
    }

    let id: UInt64
    let wish: Wish
    private var reply: Reply?
    /// The connection that works on it.
    var connection: Connection?

    init(id: UInt64, wish: Wish, reply: Reply) {
        self.id = id
        self.wish = wish
        self.reply = reply
    }

    /// Answers the caller, unless that has happened.
    func finish(_ outcome: Result<Reply.Output, PostgresError>) {
        guard let reply else { return }
        self.reply = nil
        switch outcome {
        case .success(let output): reply.succeed(output)
        case .failure(let error): reply.fail(error)
        }
    }

    func fail(_ error: PostgresError) { finish(.failure(error)) }
}
