package import Contracts
import Cryptography
import Foundation
import Glibc

/// What the six services of one constellation are started with: secrets made for it, free ports, a folder of its own.
package struct ConstellationSettings: Sendable {
    package let adminKey: String
    package let ports: [ServiceName: Int]
    /// Of the second gateway, for tests that start one.
    private let secondGatewayPort: Int
    package let directory: String
    /// Added to every service's environment; wins over what is set here.
    package var extra: [String: String] = [:]
    private let seeds: [ServiceName: [UInt8]]
    private let shared: [String: String]
    private let databaseURLs: [ServiceName: (run: String, migrate: String)]

    init(database: TestDatabase) throws {
        directory = NSTemporaryDirectory() + "asterism-constellation-\(UUID().uuidString.lowercased())"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        adminKey = "admin-" + Hexadecimal.encode(SecureRandom.bytes(24))
        let services = ServiceName.allCases
        seeds = Dictionary(uniqueKeysWithValues: services.map { ($0, SecureRandom.bytes(32)) })
        ports = Dictionary(uniqueKeysWithValues: try services.map { ($0, try FreePort.find()) })
        secondGatewayPort = try FreePort.find()
        databaseURLs = Dictionary(
            uniqueKeysWithValues: services.map {
                ($0, (database.url(role: $0.schema), database.url(role: $0.schema + "_migrator")))
            })
        shared = try Self.shared(seeds: seeds, ports: ports, adminKey: adminKey)
    }

    /// - Parameter replica: The number of the replica; each has a port and a journal of its own.
    func environment(_ service: ServiceName, replica: Int = 0) -> [String: String] {
        var values = shared
        values["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        values["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        values["HTTP_PORT"] = "\(port(service, replica: replica))"
        values["DATABASE_URL"] = databaseURLs[service]?.run
        values["MIGRATION_DATABASE_URL"] = databaseURLs[service]?.migrate
        values["JOURNAL_PATH"] = "\(directory)/\(service.rawValue)\(replica == 0 ? "" : "-\(replica)").journal"
        values["TRUST_KEY"] = seeds[service].map { Data($0).base64EncodedString() }
        return values.merging(extra) { $1 }
    }

    func port(_ service: ServiceName, replica: Int = 0) -> Int {
        replica == 0 ? ports[service] ?? 0 : secondGatewayPort
    }

    func logPath(_ service: ServiceName) -> String { "\(directory)/\(service.rawValue).log" }

    /// The executables lie beside the test bundle.
    func executable(_ service: ServiceName) throws -> String {
        let folder = (CommandLine.arguments.first.map { ($0 as NSString).deletingLastPathComponent }) ?? "."
        let candidates = [folder, ".build/debug", ".build/release"].map { "\($0)/\(service.rawValue)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw ConstellationError.missingExecutable(service.rawValue)
        }
        return path
    }

    private static func shared(
        seeds: [ServiceName: [UInt8]], ports: [ServiceName: Int], adminKey: String
    ) throws -> [String: String] {
        var values = [
            "HTTP_HOST": "127.0.0.1", "LOG_LEVEL": "info", "EGRESS_ALLOW": "loopback", "ADMIN_KEY": adminKey,
            "API_KEY_PEPPER": Data(SecureRandom.bytes(32)).base64EncodedString(),
            "ENVELOPE_KEYS": "k1:" + Data(SecureRandom.bytes(32)).base64EncodedString(),
            "AUDIT_SIGNING_KEY": Data(SecureRandom.bytes(32)).base64EncodedString(),
            "AUDIT_LOG_NAME": "asterism.test/audit",
        ]
        values["REDIS_URL"] = ProcessInfo.processInfo.environment["ASTERISM_TEST_REDIS_URL"]
        var peers: [String] = []
        for service in ServiceName.allCases {
            let name = service.rawValue.uppercased().replacingOccurrences(of: "-", with: "_")
            values["SERVICES_\(name)_URL"] = "http://127.0.0.1:\(ports[service] ?? 0)"
            if let seed = seeds[service] {
                let key = try SigningKey(seed: seed).publicKey
                peers.append("\(service.rawValue)=\(Data(key.bytes).base64EncodedString())")
            }
        }
        values["TRUST_PEERS"] = peers.joined(separator: ",")
        return values
    }
}
