import Foundation
import Glibc

/// A Redis server of the test's own, on a free port, which it may stop, freeze and start again.
final class RedisServer {
    let port: Int
    private let arguments: [String]
    private let directory: URL
    private var process: Process?

    init(arguments: [String] = []) throws {
        port = try Self.freePort()
        directory = FileManager.default.temporaryDirectory.appending(path: "asterism-redis-\(UUID().uuidString)")
        self.arguments = arguments
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: directory)
    }

    func start() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", directory.path(),
                "--enable-debug-command", "yes",
            ] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
    }

    /// As a crash does it: without a farewell.
    func stop() {
        guard let process, process.isRunning else { return }
        kill(process.processIdentifier, SIGCONT)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
    }

    /// Alive to the kernel, which still accepts connections and bytes, and silent.
    func freeze() {
        if let process { kill(process.processIdentifier, SIGSTOP) }
    }

    func thaw() {
        if let process { kill(process.processIdentifier, SIGCONT) }
    }

    static func freePort() throws -> Int {
        let listener = try Listener()
        defer { listener.close() }
        return listener.port
    }
}
