import Foundation
import Glibc
import Synchronization

/// A program started by a test, which ends with SIGKILL at the latest when the tests end.
package final class ChildProcess: Sendable {
    private let processID: Int32
    private let ended: Task<Int32, Never>

    /// - Parameter logPath: Standard output and error are appended here.
    package init(executable: String, arguments: [String], environment: [String: String], logPath: String) throws {
        if !FileManager.default.fileExists(atPath: logPath) {
            _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        }
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
        try log.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        processID = process.processIdentifier
        Survivors.add(processID)
        ended = Task {
            for await status in stream { return status }
            return -1
        }
    }

    package var isRunning: Bool { Glibc.kill(processID, 0) == 0 }

    /// The exit status, or the number of the signal that ended it.
    package func wait() async -> Int32 { await ended.value }

    package func kill() async {
        _ = Glibc.kill(processID, SIGKILL)
        _ = await wait()
        Survivors.remove(processID)
    }

    package func terminate() async -> Int32 {
        _ = Glibc.kill(processID, SIGTERM)
        let status = await wait()
        Survivors.remove(processID)
        return status
    }
}

/// The children that are alive; whatever is left of them when the tests end is killed.
private enum Survivors {
    private static let processIDs = Mutex<Set<Int32>>([])
    private static let killsAtExit: Void = { atexit { Survivors.killAll() } }()

    static func add(_ processID: Int32) {
        _ = killsAtExit
        processIDs.withLock { _ = $0.insert(processID) }
    }

    static func remove(_ processID: Int32) {
        processIDs.withLock { _ = $0.remove(processID) }
    }

    static func killAll() {
        processIDs.withLock { for processID in $0 { _ = Glibc.kill(processID, SIGKILL) } }
    }
}
