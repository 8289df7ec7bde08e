import Synchronization

/// Lets at most `limit` calls run at once, so that one slow target cannot take every task of the process.
///
/// Nobody waits: past the limit a call is refused, and its caller answers 503 or degrades. Waiting would only move
/// the queue to a place where nobody sees it.
package final class Bulkhead: Sendable {
    package struct Full: Error, Equatable {
        package let limit: Int

        package init(limit: Int) {
            self.limit = limit
        }
    }

    package let limit: Int
    private let running = Mutex(0)

    package init(limit: Int) {
        self.limit = max(limit, 1)
    }

    package var inUse: Int { running.withLock { $0 } }

    /// - Throws: `Full` at the limit, otherwise what `body` throws.
    package func run<Success>(_ body: () async throws -> Success) async throws -> Success {
        try enter()
        defer { running.withLock { $0 -= 1 } }
        return try await body()
    }

    private func enter() throws(Full) {
        let entered = running.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard entered else { throw Full(limit: limit) }
    }
}
