import Testing

@testable import Postgres

@Suite("Connection settings")
struct PostgresConfigurationTests {
    @Test("a URL is read in full and its password never shown")
    func url() throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://me:s%40crt@db.example:5433/things?sslmode=verify-full&sslrootcert=/ca.pem")
        #expect(configuration.connection["password"] == "s@crt")
        #expect(configuration.connection["host"] == "db.example")
        #expect(configuration.connection["port"] == "5433")
        #expect(configuration.connection["sslmode"] == "verify-full")
        #expect(!"\(configuration)".contains("crt@"))
        #expect(!"\(configuration)".contains("s@crt"))
        #expect(configuration.replacing(user: "you", database: "other").connection["dbname"] == "other")
    }

    @Test("several hosts and sockets can be given")
    func hosts() throws {
        let several = try PostgresConfiguration(url: "postgresql://a:1,b:2/db")
        #expect(several.connection["host"] == "a,b")
        #expect(several.connection["port"] == "1,2")
        let socket = try PostgresConfiguration(url: "postgres://u@/db?host=/var/run/postgresql")
        #expect(socket.connection["host"] == "/var/run/postgresql")
        #expect(!HostResolver.isNeeded(socket.connection))
    }

    @Test(
        "what is no database URL is refused without quoting it",
        arguments: [
            "", "localhost", "mysql://u:secret@h/d", "postgres://u:secret@h/d?nonsense=1", "postgres://u:sec%ret@h",
        ])
    func refused(url: String) {
        #expect {
            try PostgresConfiguration(url: url)
        } throws: { error in
            (error as? PostgresError)?.code == .invalidConfiguration && !"\(error)".contains("sec")
        }
    }

    @Test("names are looked up and addresses are not")
    func resolve() throws {
        #expect(!HostResolver.isNeeded(["host": "127.0.0.1,::1,/tmp"]))
        #expect(HostResolver.isNeeded(["host": "127.0.0.1,localhost"]))
        #expect(!HostResolver.isNeeded(["host": "localhost", "hostaddr": "127.0.0.1"]))
        let resolved = try HostResolver.resolve(["host": "127.0.0.1,/tmp", "port": "1,2"])
        #expect(resolved["hostaddr"] == "127.0.0.1,")
        #expect(resolved["port"] == "1,2")
        #expect(throws: PostgresError.self) { try HostResolver.resolve(["host": "no-such-host.invalid"]) }
    }

    @Test("a duration never rounds down to none")
    func durations() {
        #expect(Duration.microseconds(1).wholeMilliseconds == 1)
        #expect(Duration.milliseconds(1500).wholeMilliseconds == 1500)
        #expect(Duration.zero.wholeMilliseconds == 0)
    }
}
