package import Foundation
import Synchronization

/// Where log lines go: a bounded buffer, emptied by one queue, so that a request never waits for a slow terminal.
///
/// A line is written within moments of being logged; `flush` waits for all of them. Past `capacity` bytes lines are
/// dropped and counted, and the count is logged when there is room again.
package final class LogSink: Sendable {
    /// 4 MiB is ten thousand long lines: more means that nobody reads the other end.
    package static let defaultCapacity = 4 * 1024 * 1024

    private struct Content {
        var bytes: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let content = Mutex(Content())
    private let capacity: Int
    private let queue = DispatchQueue(label: "asterism.logs")
    private let write: @Sendable (Data) -> Void

    package init(capacity: Int = LogSink.defaultCapacity, write: @escaping @Sendable (Data) -> Void) {
        self.capacity = capacity
        self.write = write
    }

    /// Standard output. A closed pipe drops lines rather than end the process.
    package static let standardOutput = LogSink { try? FileHandle.standardOutput.write(contentsOf: $0) }

    /// Takes one line without its line feed.
    package func append(_ line: [UInt8]) {
        let mustSchedule = content.withLock { content in
            guard content.bytes.count + line.count < capacity else {
                content.dropped += 1
                return false
            }
            content.bytes.append(contentsOf: line)
            content.bytes.append(0x0A)
            defer { content.isScheduled = true }
            return !content.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Returns when everything logged before is written.
    package func flush() {
        queue.sync { drain() }
    }

    private func drain() {
        let (bytes, dropped) = content.withLock { content in
            let taken = (content.bytes, content.dropped)
            content = Content()
            return taken
        }
        if !bytes.isEmpty { write(Data(bytes)) }
        if dropped > 0 {
            write(Data("{\"level\":\"warning\",\"message\":\"log lines dropped\",\"count\":\(dropped)}\n".utf8))
        }
    }
}
