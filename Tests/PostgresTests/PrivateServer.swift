import Foundation
import Glibc

/// A PostgreSQL of Debian with TLS and passwords, made for one test and gone after it: what the shared test server
/// cannot be asked for.
final class PrivateServer: Sendable {
    /// The folder with `initdb`, or nil where no such server is installed.
    static let binaries: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap(Int.init).max().map { "\(root)/\($0)/bin" }
    }()

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: UInt16
    private let folder: String
    private let binaries: String

    /// A cluster whose only role is `postgres` with password `right`, and whose certificate is for `db.example`, signed
    /// by the authority in `authorityPath`.
    init() throws {
        guard let binaries = Self.binaries else { throw Failure(description: "no PostgreSQL is installed") }
        self.binaries = binaries
        folder = "/tmp/asterism-private-\(UUID().uuidString)"
        port = UInt16.random(in: 31_000...32_000)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try shell("chmod 777 \(folder)", privileged: true)
        try shell("printf right > \(folder)/password")
        try shell("\(binaries)/initdb -D \(data) -U postgres --auth=scram-sha-256 --pwfile=\(folder)/password")
        try shell(
            """
            cd \(folder) && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 1 -subj /CN=authority \
            && openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=db.example \
            && printf 'subjectAltName=DNS:db.example' > names \
            && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 1 -extfile names \
            && chmod 600 server.key && chmod 644 ca.crt
            """)
        try start()
    }

    var authorityPath: String { "\(folder)/ca.crt" }
    private var data: String { "\(folder)/data" }

    func url(password: String = "right", options: String = "") -> String {
        "postgres://postgres:\(password)@127.0.0.1:\(port)/postgres\(options)"
    }

    func start() throws {
        let options = """
            -p \(port) -c fsync=off -c ssl=on -c ssl_cert_file=\(folder)/server.crt -c ssl_key_file=\(folder)/server.key \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories=\(folder)
            """
        // Foundation takes a process for running as long as one of its descendants has the descriptors it inherited,
        // so the server must not.
        let close = #"for f in /proc/$$/fd/*; do f=${f##*/}; [ $f -gt 2 ] && eval "exec $f>&-"; done; "#
        try shell(close + "\(binaries)/pg_ctl -D \(data) -w -l \(folder)/log -o '\(options)' start")
    }

    func stop() throws {
        try shell("\(binaries)/pg_ctl -D \(data) -w -m immediate stop")
    }

    func remove() {
        try? stop()
        try? shell("rm -rf \(folder)", privileged: true)
    }

    /// PostgreSQL refuses to run as root, so root becomes `postgres` for it.
    private func shell(_ command: String, privileged: Bool = false) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        if getuid() == 0, !privileged {
            process.arguments = ["-c", "exec su postgres -s /bin/bash -c \"$1\"", "sh", command]
        } else {
            process.arguments = ["-c", command]
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "failed: \(command)") }
    }
}
