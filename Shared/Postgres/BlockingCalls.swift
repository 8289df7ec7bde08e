import Dispatch

/// Where calls of C libraries run that may block: DNS and PQcancel, never the loop and never Swift's own threads.
enum BlockingCalls {
    // Bounded by the callers: one per connection being made and one per connection being cancelled.
    private static let queue = DispatchQueue(label: "asterism.postgres.blocking", attributes: .concurrent)

    static func run(_ call: @escaping @Sendable () -> Void) {
        queue.async(execute: call)
    }
}
