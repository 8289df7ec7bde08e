package import Contracts
import Cryptography
import Foundation

/// The six real executables on a database of their own, as an operator would run them.
///
/// Every process can be killed with SIGKILL and started again; ports, keys and journals stay the same, as they do
/// when an orchestrator restarts a container on its volume.
package actor Constellation {
    package nonisolated let adminKey: String
    package nonisolated let database: TestDatabase
    private nonisolated let ports: [ServiceName: Int]
    private nonisolated let settings: ConstellationSettings
    private var processes: [ServiceName: ChildProcess] = [:]
    private var secondGateway: ChildProcess?

    /// Migrates the six schemas, starts the services and waits until each says that it is ready.
    package static func start(_ adjust: (inout ConstellationSettings) -> Void = { _ in }) async throws -> Constellation
    {
        let database = try await TestDatabase.create(provisioned: true)
        var settings = try ConstellationSettings(database: database)
        adjust(&settings)
        let constellation = Constellation(settings: settings, database: database)
        do {
            for service in ServiceName.allCases { try await constellation.migrate(service) }
            for service in ServiceName.allCases { try await constellation.launch(service) }
            for service in ServiceName.allCases { try await constellation.waitUntilReady(service) }
        } catch {
            await constellation.stop()
            throw error
        }
        return constellation
    }

    private init(settings: ConstellationSettings, database: TestDatabase) {
        self.settings = settings
        self.database = database
        adminKey = settings.adminKey
        ports = settings.ports
    }

    /// The base URL of a service, without a slash at the end.
    package nonisolated func url(_ service: ServiceName) -> String {
        "http://127.0.0.1:\(ports[service] ?? service.defaultPort)"
    }

    /// Where the service's standard output and error went.
    package nonisolated func log(_ service: ServiceName) -> String {
        let path = settings.logPath(service)
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// The end of the log without the requests.
    private nonisolated func notes(of service: ServiceName) -> String {
        let lines = log(service).split(separator: "\n").filter { !$0.contains(#""message":"request""#) }
        return lines.suffix(20).joined(separator: "\n")
    }

    /// SIGKILL: no handler runs, nothing is flushed. Returns when the process is gone.
    package func kill(_ service: ServiceName) async {
        await processes.removeValue(forKey: service)?.kill()
    }

    /// SIGTERM, and the exit status once the process has ended by itself.
    package func terminate(_ service: ServiceName) async -> Int32? {
        await processes.removeValue(forKey: service)?.terminate()
    }

    package func launch(_ service: ServiceName) async throws {
        processes[service] = try ChildProcess(
            executable: settings.executable(service), arguments: ["serve"],
            environment: settings.environment(service), logPath: settings.logPath(service))
    }

    package func restart(_ service: ServiceName) async throws {
        await kill(service)
        try await launch(service)
        try await waitUntilReady(service)
    }

    /// Asks `/readyz` until it answers 200.
    package func waitUntilReady(_ service: ServiceName) async throws {
        let client = PlainHTTP()
        // Cold start is well below a second; a loaded machine may take twenty times as long.
        var missing = "it does not answer"
        for _ in 0..<300 {
            if let answer = try? await client.get(url(service) + "/readyz") {
                if answer.status == 200 { return }
                missing = answer.text
            }
            if let process = processes[service], !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ConstellationError.notReady(service, missing: missing, log: notes(of: service))
    }

    // MARK: A second gateway

    package nonisolated var secondGatewayURL: String { "http://127.0.0.1:\(settings.port(.gateway, replica: 1))" }

    /// Starts another gateway beside the first, on the same database, with a journal of its own.
    package func launchSecondGateway() async throws {
        secondGateway = try ChildProcess(
            executable: settings.executable(.gateway), arguments: ["serve"],
            environment: settings.environment(.gateway, replica: 1), logPath: settings.logPath(.gateway) + ".2")
        for _ in 0..<300 {
            if let answer = try? await PlainHTTP().get(secondGatewayURL + "/readyz"), answer.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ConstellationError.notReady(.gateway, missing: "the second gateway does not answer", log: "")
    }

    package func killSecondGateway() async {
        await secondGateway?.kill()
        secondGateway = nil
    }

    /// Runs the offline verifier on an inclusion proof, as an auditor would: no network, no configuration.
    package func verify(proof: [UInt8], key: String) async throws -> (status: Int32, output: String) {
        let name = "\(settings.directory)/proof-\(UUID().uuidString)"
        try Data(proof).write(to: URL(fileURLWithPath: name + ".json"))
        try Data(key.utf8).write(to: URL(fileURLWithPath: name + ".key"))
        let process = try ChildProcess(
            executable: settings.executable(.auditService),
            arguments: ["verify", "--proof", name + ".json", "--key", name + ".key"], environment: [:],
            logPath: name + ".log")
        let status = await process.wait()
        return (status, (try? String(contentsOfFile: name + ".log", encoding: .utf8)) ?? "")
    }

    /// Ends everything and removes the database and the files.
    package func stop() async {
        await killSecondGateway()
        for service in ServiceName.allCases { await kill(service) }
        try? FileManager.default.removeItem(atPath: settings.directory)
        try? await database.drop()
    }

    private func migrate(_ service: ServiceName) async throws {
        let process = try ChildProcess(
            executable: settings.executable(service), arguments: ["migrate", "up"],
            environment: settings.environment(service), logPath: settings.logPath(service))
        let status = await process.wait()
        guard status == 0 else {
            throw ConstellationError.migrationFailed(service, status: status, log: notes(of: service))
        }
    }
}

package enum ConstellationError: Error {
    case notReady(ServiceName, missing: String, log: String)
    case migrationFailed(ServiceName, status: Int32, log: String)
    case missingExecutable(String)
}
