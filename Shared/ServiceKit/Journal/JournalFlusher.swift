import Dispatch
import Foundation
import Synchronization

/// Brings the write-ahead log to the disk bit by bit, from a thread of its own.
///
/// When SQLite moves the log into the file it first waits until all of the log is on the disk, and appends wait with it.
/// After this there is little left to wait for.
final class JournalFlusher: Sendable {
    /// What a disk takes in a few milliseconds.
    private static let stepBytes = 4 << 20

    private let path: String
    private let queue = DispatchQueue(label: "asterism.journal.flush", qos: .utility)
    private let unflushed = Atomic(0)

    init(path: String) {
        self.path = path
    }

    /// - Parameter bytes: About how much was written to the log.
    func written(_ bytes: Int) {
        guard unflushed.add(bytes, ordering: .relaxed).newValue >= Self.stepBytes else { return }
        // Flushes do not pile up: what is written during one counts towards the next.
        guard unflushed.exchange(0, ordering: .relaxed) >= Self.stepBytes else { return }
        queue.async { self.flush() }
    }

    private func flush() {
        guard let file = FileHandle(forReadingAtPath: path) else { return }
        // SQLite flushes again and reports what fails; this is only a head start.
        try? file.synchronize()
        try? file.close()
    }
}
