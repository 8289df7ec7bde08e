/// What has come of a streamed body and is not read yet. Pure; its owner locks it.
///
/// Full at `capacity` bytes: what is offered then is refused and comes again after the reader has taken what is there.
struct BodyQueue: Sendable {
    enum Take: Sendable, Equatable {
        /// All bytes that were waiting. `resumes`: the sender was refused some and has to be asked to go on.
        case chunk([UInt8], resumes: Bool)
        /// Nothing has come since the last time.
        case nothing
        /// The body is complete.
        case end
        case failed(CurlError)
    }

    private enum Ending {
        case complete
        case broken(CurlError)
    }

    private let capacity: Int
    private var waiting: [UInt8] = []
    private var isPaused = false
    private var ending: Ending?

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// False when the queue is full: nothing was taken, and the sender has to wait.
    mutating func offer(_ bytes: some Collection<UInt8>) -> Bool {
        guard ending == nil else { return true }
        guard waiting.count < capacity else {
            isPaused = true
            return false
        }
        waiting.append(contentsOf: bytes)
        return true
    }

    /// The body ends here: well when `error` is nil. What came before is still to be read. Only the first end counts.
    mutating func finish(_ error: CurlError?) {
        guard ending == nil else { return }
        ending = error.map { .broken($0) } ?? .complete
    }

    /// The reader has gone or the transfer was cancelled: nothing more is to be read.
    mutating func abandon(_ error: CurlError) {
        waiting = []
        ending = .broken(error)
    }

    mutating func take() -> Take {
        guard waiting.isEmpty else {
            var chunk: [UInt8] = []
            swap(&chunk, &waiting)
            defer { isPaused = false }
            return .chunk(chunk, resumes: isPaused)
        }
        return switch ending {
        case nil: .nothing
        case .complete: .end
        case .broken(let error): .failed(error)
        }
    }
}
