import Foundation
import Support
import Testing

@testable import Postgres

@Suite("Bad days", .timeLimit(.minutes(2)))
struct FaultTests {
    /// A pool whose connections go through a proxy.
    private func withProxiedPool(
        configure: @Sendable (inout PostgresConfiguration) -> Void = { _ in },
        _ body: @Sendable (PostgresPool, TCPProxy) async throws -> Void
    ) async throws {
        try await withTestDatabase(provisioned: false) { database in
            let proxy = try TCPProxy(target: database.port)
            var configuration = try PostgresConfiguration(
                url: database.superuserURL.replacing(":\(database.port)/", with: ":\(proxy.port)/"))
            configuration.minimumConnections = 0
            configuration.maximumConnections = 2
            configure(&configuration)
            let pool = PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
            try await body(pool, proxy)
            proxy.set(.forward)
            await pool.shutDown()
            proxy.stop()
        }
    }

    @Test("a query whose server process is killed fails as lost, and the next one works")
    func killed() async throws {
        try await withPool(maximum: 1) { pool, database in
            async let error = postgresError { _ = try await pool.query("SELECT pg_sleep(100)") }
            try await eventually {
                try await database.count(where: "query LIKE '%pg_sleep%' AND state = 'active'") == 1
            }
            try await database.terminate()
            #expect(await error.code == .connectionLost)
            #expect(await error.isUnavailable)
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test("a connection killed while nobody uses it is noticed before it is lent out")
    func killedIdle() async throws {
        try await withPool(maximum: 1) { pool, database in
            _ = try await pool.query("SELECT 1")
            try await database.terminate()
            try await eventually { pool.statistics.idle == 0 }
            #expect(try await pool.query("SELECT 1").count == 1)
            try await eventually { pool.statistics.connectionsClosed == 1 }
        }
    }

    @Test("a transaction whose connection is killed fails in every later statement and at its end")
    func killedTransaction() async throws {
        try await withPool(maximum: 1) { pool, database in
            let error = await postgresError {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("SELECT 1")
                    try await database.terminate()
                    let first = await postgresError { _ = try await transaction.query("SELECT 2") }
                    #expect(first.code == .connectionLost)
                    let second = await postgresError { _ = try await transaction.query("SELECT 3") }
                    #expect(second.code == .connectionLost)
                }
            }
            #expect(error.code == .connectionLost)
            _ = try await pool.query("SELECT 1")
        }
    }

    @Test("a server that falls silent is given up after the statement's time and a grace")
    func silent() async throws {
        let limits: @Sendable (inout PostgresConfiguration) -> Void = {
            $0.statementTimeout = .milliseconds(100)
            $0.answerGrace = .milliseconds(100)
        }
        try await withProxiedPool(configure: limits) { pool, proxy in
            _ = try await pool.query("SELECT 1")
            proxy.set(.stall)
            #expect(await postgresError { _ = try await pool.query("SELECT 1") }.code == .timeout)
            try await eventually { pool.statistics.answerTimeouts == 1 }
            proxy.set(.forward)
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test("a connection that cannot be made in time fails those who wait for it")
    func silentStart() async throws {
        let limits: @Sendable (inout PostgresConfiguration) -> Void = {
            $0.connectTimeout = .milliseconds(100)
            $0.waiterDeadline = .milliseconds(400)
        }
        try await withProxiedPool(configure: limits) { pool, proxy in
            proxy.set(.stall)
            let error = await postgresError { _ = try await pool.query("SELECT 1") }
            #expect(error.code == .connectionFailed && error.isUnavailable)
            proxy.set(.forward)
            try await eventually { (try? await pool.query("SELECT 1").count) == 1 }
        }
    }

    @Test("an unused connection that went silent fails its check and is replaced")
    func healthCheck() async throws {
        let limits: @Sendable (inout PostgresConfiguration) -> Void = {
            $0.minimumConnections = 1
            $0.healthCheckInterval = .milliseconds(10)
            $0.answerGrace = .milliseconds(50)
        }
        try await withProxiedPool(configure: limits) { pool, proxy in
            _ = try await pool.query("SELECT 1")
            proxy.set(.stall)
            try await eventually { pool.statistics.healthCheckFailures >= 1 }
            proxy.set(.forward)
            try await eventually { (try? await pool.query("SELECT 1").count) == 1 }
        }
    }

    @Test("a connection cut or half closed in the middle of an answer is lost, and the next one works")
    func cut() async throws {
        try await withProxiedPool { pool, proxy in
            for cut in [TCPProxy.sever, TCPProxy.halfClose] {
                async let error = postgresError { _ = try await pool.query("SELECT pg_sleep(100)") }
                try await eventually { pool.statistics.busy == 1 }
                try await Task.sleep(for: .milliseconds(20))
                cut(proxy)()
                #expect(await error.code == .connectionLost)
                #expect(try await pool.query("SELECT 1").count == 1)
            }
        }
    }

    @Test("a server that sends byte by byte is slow and not wrong")
    func drip() async throws {
        try await withProxiedPool { pool, proxy in
            _ = try await pool.query("SELECT 1")
            proxy.set(.drip)
            let rows = try await pool.query("SELECT n, repeat('x', 20) AS text FROM generate_series(1, 20) AS n")
            #expect(rows.count == 20)
            #expect(try rows.last?.decode("text", as: String.self).utf8.count == 20)
        }
    }

    @Test("a server that is not there makes callers fail fast and not pile up")
    func absent() async throws {
        let proxy = try TCPProxy(target: 1)
        let port = proxy.port
        proxy.stop()
        var configuration = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:\(port)/nothing")
        configuration.waiterDeadline = .seconds(20)
        let pool = PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
        let error = await postgresError { _ = try await pool.query("SELECT 1") }
        #expect(error.code == .connectionFailed)
        try await eventually { pool.statistics.connectionFailures >= 3 }
        let fast = await postgresError { _ = try await pool.query("SELECT 1") }
        #expect(fast.code == .connectionFailed && fast.message.contains("refused"))
        await pool.shutDown()
    }

    @Test("rows that a COPY refuses leave nothing behind, and neither do rows that end too early")
    func copyFailures() async throws {
        struct Exhausted: Error {}
        try await withPool(maximum: 1) { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let twice = (0..<50_000).map { [$0 % 49_999] as [any PostgresEncodable] }
            let error = await postgresError { try await pool.copy(into: "t", columns: ["id"], rows: twice) }
            #expect(error.isUniqueViolation)
            let ragged = await postgresError {
                try await pool.copy(into: "t", columns: ["id"], rows: [[1], [2, 3]])
            }
            #expect(ragged.code == .invalidConfiguration)
            let missing = await postgresError { try await pool.copy(into: "nowhere", columns: ["id"], rows: [[1]]) }
            #expect(missing.sqlState == "42P01")
            #expect(try await pool.copy(into: "public.t", columns: ["id"], rows: []) == 0)
            #expect(try await pool.query("SELECT * FROM t").isEmpty)
            try await eventually { pool.statistics.connectionsOpened == 1 }
        }
    }

    @Test("notifications arrive, and a broken listener comes back and says that it may have missed some")
    func listening() async throws {
        try await withPool { pool, database in
            var notifications = pool.listen("Odd \"name\"").makeAsyncIterator()
            let first = try await notifications.next()
            #expect(first?.mayHaveMissed == true)
            _ = try await pool.query("SELECT pg_notify(\("Odd \"name\""), \("hello"))")
            let hello = try await notifications.next()
            #expect(hello == PostgresNotification(channel: "Odd \"name\"", payload: "hello", mayHaveMissed: false))
            try await database.terminate(where: "query LIKE 'LISTEN%'")
            let resumed = try await notifications.next()
            #expect(resumed?.mayHaveMissed == true)
            _ = try await pool.query("SELECT pg_notify(\("Odd \"name\""), \("again"))")
            let again = try await notifications.next()
            #expect(again?.payload == "again")
        }
    }

    @Test("a listener whose reader is gone gives its connection up")
    func listenerEnds() async throws {
        try await withPool { pool, database in
            let reader = Task { for try await _ in pool.listen("c") {} }
            try await eventually { try await database.count(where: "query LIKE 'LISTEN%'") == 1 }
            reader.cancel()
            try? await reader.value
            try await eventually { try await database.count(where: "query LIKE 'LISTEN%'") == 0 }
        }
    }
}
