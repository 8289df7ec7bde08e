/// A task that waits for a transfer.
///
/// Not the checked kind, whose check is an allocation for every request: that each is resumed exactly once follows from
/// `Transfer`, which takes the waiter out of its lock before it resumes it and never lets go of one otherwise.
@safe struct Waiting<Value: Sendable>: Sendable {
    private let continuation: UnsafeContinuation<Value, any Error>

    init(_ continuation: UnsafeContinuation<Value, any Error>) {
        unsafe self.continuation = continuation
    }

    func resume(returning value: Value) {
        unsafe continuation.resume(returning: value)
    }

    func resume(throwing error: any Error) {
        unsafe continuation.resume(throwing: error)
    }

    /// Waits until what `body` hands its argument to resumes it.
    static nonisolated(nonsending) func wait(_ body: (Waiting) -> Void) async throws -> Value {
        try await unsafe withUnsafeThrowingContinuation { body(unsafe Waiting($0)) }
    }
}
