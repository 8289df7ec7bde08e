import Foundation
import Support
import Testing

@testable import Postgres

@Suite(
    "Passwords, TLS and restarts", .serialized, .timeLimit(.minutes(2)),
    .enabled(if: PrivateServer.binaries != nil, "needs Debian's PostgreSQL, whose server speaks TLS"))
struct PrivateServerTests {
    private func withServer(_ body: (PrivateServer) async throws -> Void) async throws {
        let server = try PrivateServer()
        defer { server.remove() }
        try await body(server)
    }

    private func makePool(_ url: String) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: url)
        configuration.minimumConnections = 0
        configuration.waiterDeadline = .seconds(20)
        return PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
    }

    @Test("a wrong password and a wrong name in the certificate are refused, the right ones work")
    func identity() async throws {
        try await withServer { server in
            let authority = "sslrootcert=\(server.authorityPath)"
            let wrong = try makePool(server.url(password: "wrong"))
            let error = await postgresError { _ = try await wrong.query("SELECT 1") }
            #expect(error.code == .connectionFailed && error.message.contains("password authentication failed"))
            await wrong.shutDown()

            let named = try makePool(server.url(options: "?sslmode=verify-full&\(authority)"))
            let name = await postgresError { _ = try await named.query("SELECT 1") }
            #expect(name.code == .connectionFailed && name.message.contains("db.example"))
            await named.shutDown()

            // As `db.example`, whose address is given: the name is checked, not looked up.
            let url = server.url(options: "?sslmode=verify-full&\(authority)&hostaddr=127.0.0.1")
                .replacing("@127.0.0.1", with: "@db.example")
            let right = try makePool(url)
            let rows = try await right.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            #expect(try rows[0].decode("ssl", as: Bool.self))
            await right.shutDown()
        }
    }

    @Test("large values pass through TLS both ways, in one pipeline")
    func largeOverTLS() async throws {
        try await withServer { server in
            let pool = try makePool(server.url(options: "?sslmode=require"))
            let text = String(repeating: "0123456789", count: 300_000)
            let results = try await pool.pipeline((0..<8).map { _ in "SELECT \(text) AS text" })
            for result in results { #expect(try result[0].decode("text", as: String.self) == text) }
            await pool.shutDown()
        }
    }

    @Test("while the server is down callers are told so, and after the restart the pool works by itself")
    func restart() async throws {
        try await withServer { server in
            let pool = try makePool(server.url())
            _ = try await pool.query("CREATE TABLE t (id int)")
            async let lost = postgresError { _ = try await pool.query("SELECT pg_sleep(100)") }
            try await eventually { pool.statistics.busy == 1 }
            try server.stop()
            #expect(await lost.isUnavailable)
            #expect(await postgresError { _ = try await pool.query("SELECT 1") }.isUnavailable)
            try server.start()
            try await eventually { (try? await pool.query("SELECT * FROM t").isEmpty) == true }
            await pool.shutDown()
        }
    }
}
