package import Foundation

/// A private nginx with TLS and HTTP/2 on free ports of 127.0.0.1, and a certificate authority made for it.
///
/// The certificate is for `localhost` and nothing else, so `https://127.0.0.1` is the wrong name. Stopped when it is
/// released.
package final class NginxServer: Sendable {
    package let plainPort: Int
    package let tlsPort: Int
    /// The authority that has signed the server's certificate.
    package let authorityFile: String
    private let directory: URL
    private let process: Process

    /// - Parameter locations: `location` blocks of nginx. `$directory` stands for a folder that `write` fills.
    package init(locations: String) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "asterism-nginx-\(UUID().uuidString)")
        for folder in ["files", "logs"] {
            try FileManager.default.createDirectory(
                at: directory.appending(path: folder), withIntermediateDirectories: true)
        }
        plainPort = try FreePort.find()
        tlsPort = try FreePort.find()
        authorityFile = directory.appending(path: "ca.pem").path
        try Self.makeCertificates(in: directory)
        let configuration = Self.configuration(
            directory: directory.path, plain: plainPort, tls: tlsPort,
            locations: locations.replacing("$directory", with: directory.appending(path: "files").path))
        try configuration.write(to: directory.appending(path: "nginx.conf"), atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(filePath: "/usr/sbin/nginx")
        process.arguments = ["-p", directory.path, "-c", directory.appending(path: "nginx.conf").path, "-e", "stderr"]
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    package var plainURL: String { "http://127.0.0.1:\(plainPort)" }
    package var tlsURL: String { "https://localhost:\(tlsPort)" }

    /// Ends the server at once, as a crash would.
    package func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Puts a file where `$directory` points.
    package func write(_ content: Data, as name: String) throws {
        try content.write(to: directory.appending(path: "files").appending(path: name))
    }

    /// Returns when the server accepts connections; false when it does not within ten seconds.
    package func isReady() async -> Bool {
        for _ in 0..<1_000 {
            if FreePort.isTaken(plainPort), FreePort.isTaken(tlsPort) { return true }
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return false }
        }
        return false
    }

    private static func makeCertificates(in directory: URL) throws {
        try openssl(
            in: directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
            "2",
            "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=asterism test authority")
        try openssl(
            in: directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        try "subjectAltName=DNS:localhost\n".write(
            to: directory.appending(path: "names"), atomically: true, encoding: .utf8)
        try openssl(
            in: directory, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "names", "-out", "server.pem")
    }

    private static func openssl(in directory: URL, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }

    /// One worker and no master, so that one signal ends all of it.
    private static func configuration(directory: String, plain: Int, tls: Int, locations: String) -> String {
        """
        daemon off; master_process off; worker_processes 1; pid \(directory)/nginx.pid;
        events { worker_connections 1024; }
        http {
            access_log off; keepalive_requests 1000000; keepalive_timeout 60s; default_type text/plain;
            client_body_temp_path \(directory)/logs/a; proxy_temp_path \(directory)/logs/b;
            fastcgi_temp_path \(directory)/logs/c; uwsgi_temp_path \(directory)/logs/d; scgi_temp_path \(directory)/logs/e;
            server {
                listen 127.0.0.1:\(plain); listen 127.0.0.1:\(tls) ssl http2; server_name localhost;
                ssl_certificate \(directory)/server.pem; ssl_certificate_key \(directory)/server.key;
                client_max_body_size 64m;
                \(locations)
            }
        }
        """
    }
}
