import Synchronization

/// What has happened on the connections of a scripted server.
final class ConnectionLog: Sendable {
    private struct Entry {
        var received: [UInt8] = []
        var sent = 0
        var isClosedByPeer = false
    }

    private let entries = Mutex<[Entry]>([])
    private let released = Atomic<Bool>(false)

    var isReleased: Bool { released.load(ordering: .acquiring) }

    func release() {
        released.store(true, ordering: .releasing)
    }

    var count: Int { entries.withLock { $0.count } }

    /// The number of the new connection.
    func opened() -> Int {
        entries.withLock { entries in
            entries.append(Entry())
            return entries.count - 1
        }
    }

    func didReceive(_ bytes: [UInt8], on connection: Int) {
        entries.withLock { $0[connection].received += bytes }
    }

    func didSend(_ count: Int, on connection: Int) {
        entries.withLock { $0[connection].sent += count }
    }

    func peerClosed(_ connection: Int) {
        entries.withLock { $0[connection].isClosedByPeer = true }
    }

    func received(_ connection: Int) -> String {
        entries.withLock { entries in
            entries.indices.contains(connection) ? String(decoding: entries[connection].received, as: UTF8.self) : ""
        }
    }

    func sent(_ connection: Int) -> Int {
        entries.withLock { $0.indices.contains(connection) ? $0[connection].sent : 0 }
    }

    func isClosedByPeer(_ connection: Int) -> Bool {
        entries.withLock { $0.indices.contains(connection) && $0[connection].isClosedByPeer }
    }
}
