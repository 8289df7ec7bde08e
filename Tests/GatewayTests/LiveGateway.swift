import Contracts
import CurlClient
import Foundation
import Logging
import Postgres
import ServiceKit
import Support
import Synchronization
import Testing

@testable import Gateway

/// The gateway as a process of its own, on a real socket, with everything around it scripted.
final class LiveGateway: Sendable {
    let provider: FakeProvider
    let billing: FakeBilling
    let port: Int
    let client: CurlClient
    /// What it keeps beside its database: the journal, and what it printed (`output`).
    let folder: URL
    private let environment: [String: String]
    private let process = Mutex<Process?>(nil)

    var url: String { "http://127.0.0.1:\(port)" }

    private init(
        provider: FakeProvider, billing: FakeBilling, port: Int, folder: URL, environment: [String: String]
    ) throws {
        self.provider = provider
        self.billing = billing
        self.port = port
        self.folder = folder
        self.environment = environment
        client = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: try SharedReactor.get(), logger: .quiet)
    }

    /// - Parameter settings: The gateway's own keys that shall differ.
    static func run(
        settings extra: [String: String] = [:], _ body: @escaping @Sendable (LiveGateway) async throws -> Void
    ) async throws {
        let provider = try await FakeProvider.start()
        let billing = try await FakeBilling.start()
        let folder = FileManager.default.temporaryDirectory.appending(path: "asterism-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await withTestDatabase { database in
            try await MigrationRunner(
                url: database.url(role: "gateway_migrator"), schema: "gateway", migrations: .gateway, logger: .quiet
            ).up()
            let port = try FreePort.find()
            let gateway = try LiveGateway(
                provider: provider, billing: billing, port: port, folder: folder,
                environment: try settings(database, billing, folder, port).merging(extra) { $1 })
            try await gateway.start()
            do {
                try await body(gateway)
                try await gateway.end(SIGTERM)
            } catch {
                try await gateway.end(SIGKILL)
                throw error
            }
        }
        try FileManager.default.removeItem(at: folder)
        billing.stop()
        await provider.stop()
    }

    private static func settings(
        _ database: TestDatabase, _ billing: FakeBilling, _ folder: URL, _ port: Int
    ) throws -> [String: String] {
        let own = [
            "HTTP_PORT": String(port), "DATABASE_URL": database.url(role: "gateway"),
            "JOURNAL_PATH": folder.appending(path: "journal").path, "ADMIN_KEY": GatewayFixture.adminKey,
            "API_KEY_PEPPER": "cGVwcGVyLWZvci10ZXN0cy1vbmx5LTAwMDAwMDAwMDA=", "ACCESS_LOG": "off",
            "ENVELOPE_KEYS": "test:MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", "EGRESS_ALLOW": "loopback",
            "SERVICES_USAGE_BILLING_URL": billing.url, "SERVICES_AUDIT_SERVICE_URL": billing.url,
        ]
        return own.merging(try TestTrust.settings(of: .gateway)) { $1 }
            .merging(ProcessInfo.processInfo.environment) { own, _ in own }
    }

    /// Starts the process and returns when it is ready.
    func start() async throws {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = ["serve"]
        process.environment = environment
        let log = try log()
        process.standardOutput = log
        process.standardError = log
        try process.run()
        self.process.withLock { $0 = process }
        try await eventually {
            let answer = try? await self.client.execute(OutgoingRequest(url: "\(self.url)/readyz"))
            return answer?.status == 200
        }
    }

    private var logFile: URL { folder.appending(path: "output") }

    private func log() throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: logFile.path) {
            guard FileManager.default.createFile(atPath: logFile.path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let log = try FileHandle(forWritingTo: logFile)
        try log.seekToEnd()
        return log
    }

    /// All that it has printed, its log above all.
    func output() throws -> String { String(decoding: try Data(contentsOf: logFile), as: UTF8.self) }

    /// Ends the process with a signal and returns when it has ended, or after ten seconds.
    func end(_ signal: Int32) async throws {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process, process.isRunning else { return }
        kill(process.processIdentifier, signal)
        try await eventually { !process.isRunning }
    }

    func call(
        _ method: String, _ path: String, json: String? = nil, key: String = GatewayFixture.adminKey
    ) async throws -> OutgoingResponse {
        try await client.execute(request(method, path, json: json, key: key))
    }

    func request(_ method: String, _ path: String, json: String?, key: String) -> OutgoingRequest {
        OutgoingRequest(
            method: method, url: url + path,
            headers: [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")],
            body: json.map { Array($0.utf8) })
    }

    /// A tenant with the fake provider and a key.
    func makeCustomer(requestsPerMinute: Int = 100_000_000) async throws -> (tenant: TenantID, key: String) {
        let tenant: TenantDescription = try await create(
            "/tenants", "{\"name\": \"live\", \"requests_per_minute\": \(requestsPerMinute)}")
        let _: ProviderDescription = try await create(
            "/tenants/\(tenant.id)/providers",
            """
            {"name": "fake", "kind": "openai-compatible", "base_url": "\(provider.baseURL)", "api_key": "sk-fake-0000",
             "models": ["fake-chat", "fake-embedding", "fault-*", "fake-embedding-fault-*"]}
            """)
        let key: APIKeyDescription = try await create("/tenants/\(tenant.id)/api-keys", "{\"name\": \"k\"}")
        return (tenant.id, try #require(key.key))
    }

    func create<Value: Decodable>(_ path: String, _ json: String) async throws -> Value {
        let answer = try await call("POST", "/admin/v1\(path)", json: json)
        #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        return try WireFormat.decoder().decode(Value.self, from: Data(answer.body))
    }

    /// The executables are built into the folder of the test bundle.
    private static var executable: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "gateway")
    }
}
