import Foundation
import Testing

/// Scripts in Python that use the vendors' own clients from PyPI, in a virtual environment that is made once.
enum PythonClient {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs `Tests/Integration/python/<script>` and expects it to print at least `count` things that hold.
    ///
    /// Without the client, because PyPI cannot be reached, it says so and does nothing; in CI (`CI` is set) that is a
    /// failure.
    ///
    /// - Returns: The lines that it printed; nil when it was not run.
    @discardableResult
    static func run(
        _ script: String, _ environment: [String: String], expecting count: Int
    ) async throws -> [Substring]? {
        guard let python = try await self.python() else { return nil }
        let path = root.appending(path: "Tests/Integration/python/\(script)").path
        let (status, output) = try await execute(python, [path], environment)
        #expect(status == 0, "\(output)")
        let lines = output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("ok ") } >= count, "\(output)")
        return lines
    }

    private static func python() async throws -> String? {
        let folder = root.appending(path: ".local/python-openai")
        let python = folder.appending(path: "bin/python").path
        if FileManager.default.fileExists(atPath: python),
            try await execute(python, ["-c", "import openai, anthropic"], [:]).status == 0
        {
            return python
        }
        let made = try await execute("/usr/bin/env", ["python3", "-m", "venv", folder.path], [:])
        let installed = try await execute(
            python, ["-m", "pip", "install", "--quiet", "openai>=1,<3", "anthropic<3"], [:])
        guard made.status == 0, installed.status == 0 else {
            print("skipped: the vendors' clients cannot be installed: \(made.output) \(installed.output)")
            if ProcessInfo.processInfo.environment["CI"] != nil { Issue.record("PyPI cannot be reached") }
            return nil
        }
        return python
    }

    /// Runs a program to its end; its output and errors come together.
    static func execute(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) async throws -> (status: Int32, output: String) {
        guard FileManager.default.isExecutableFile(atPath: program) else { return (127, "no \(program)") }
        let process = Process()
        let output = FileManager.default.temporaryDirectory.appending(path: "python-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: output.path, contents: nil) else { return (127, "no file") }
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        // Asked for and not waited for: a thread that waits is one that the gateway's fakes do not have.
        while process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
    }
}
