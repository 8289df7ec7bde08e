import Foundation
import Support
import Testing

@testable import Postgres

@Suite("Cancellation and limits", .timeLimit(.minutes(2)))
struct CancellationTests {
    @Test("a cancelled query returns at once, stops at the server, and its connection serves the next caller")
    func runningQuery() async throws {
        try await withPool(maximum: 1) { pool, database in
            let query = Task { try await pool.query("SELECT pg_sleep(100)") }
            try await eventually {
                try await database.count(where: "query LIKE '%pg_sleep%' AND state = 'active'") == 1
            }
            query.cancel()
            #expect(await postgresError { _ = try await query.value }.code == .cancelled)
            #expect(try await pool.query("SELECT 1").count == 1)
            try await eventually { pool.statistics.connectionsOpened == 1 }
            #expect(try await database.count(where: "query LIKE '%pg_sleep%' AND state = 'active'") == 0)
        }
    }

    @Test("who is cancelled while waiting for a connection never gets one")
    func waiting() async throws {
        try await withPool(maximum: 1) { pool, _ in
            try await pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT 1")
                let waiting = Task { try await pool.query("SELECT 2") }
                try await eventually { pool.statistics.waiting == 1 }
                waiting.cancel()
                #expect(await postgresError { _ = try await waiting.value }.code == .cancelled)
                try await eventually { pool.statistics.waiting == 0 }
            }
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func beforehand() async throws {
        try await withPool { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int)")
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                _ = try await pool.query("INSERT INTO t VALUES (1)")
            }
            #expect(await postgresError { try await task.value }.code == .cancelled)
            #expect(try await pool.query("SELECT * FROM t").isEmpty)
        }
    }

    @Test("a transaction cancelled in the middle of a statement is rolled back")
    func transaction() async throws {
        try await withPool(maximum: 1) { pool, database in
            _ = try await pool.query("CREATE TABLE t (id int)")
            let task = Task {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (1)")
                    _ = try await transaction.query("SELECT pg_sleep(100)")
                }
            }
            try await eventually {
                try await database.count(where: "query LIKE '%pg_sleep%' AND state = 'active'") == 1
            }
            task.cancel()
            #expect(await postgresError { try await task.value }.code == .cancelled)
            #expect(try await pool.query("SELECT * FROM t").isEmpty)
            try await eventually { pool.statistics.connectionsOpened == 1 }
        }
    }

    @Test(
        "cancelled at any moment, everything comes to rest: no connection in use, no transaction open, no row half in")
    func anyMoment() async throws {
        try await withPool(maximum: 3) { pool, database in
            _ = try await pool.query("CREATE TABLE t (id int, half int)")
            for round in 0..<60 {
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        group.addTask { try? await Self.work(pool, number) }
                    }
                    try? await Task.sleep(for: .microseconds(Int.random(in: 0...4000)))
                    if round.isMultiple(of: 2) { group.cancelAll() }
                }
            }
            try await eventually { pool.statistics.busy == 0 }
            try await eventually { try await database.count(where: "state <> 'idle'") == 0 }
            let halves = try await pool.query("SELECT id FROM t GROUP BY id, half HAVING count(*) % 2 = 1")
            #expect(halves.isEmpty)
            try await eventually { pool.statistics.waiting == 0 }
        }
    }

    /// Always two rows of a kind or none.
    private static func work(_ pool: PostgresPool, _ number: Int) async throws {
        let once: SQL = "INSERT INTO t VALUES (\(number), 0)"
        switch number % 4 {
        case 0: _ = try await pool.query("INSERT INTO t SELECT \(number), 0 FROM generate_series(1, 2)")
        case 1: _ = try await pool.pipeline([once, "SELECT pg_sleep(0.001)", once], settings: [("app.tenant", "x")])
        case 2:
            try await pool.withTransaction { transaction in
                _ = try await transaction.query(once)
                _ = try await transaction.query("SELECT pg_sleep(0.001)")
                _ = try await transaction.query(once)
            }
        default:
            try await pool.copy(
                into: "t", columns: ["id", "half"],
                rows: (0..<20_000).map { [number, $0 / 2] as [any PostgresEncodable] })
        }
    }

    @Test("a statement that takes longer than allowed is stopped by the server")
    func statementTimeout() async throws {
        try await withPool(maximum: 1, configure: { $0.statementTimeout = .milliseconds(50) }) { pool, _ in
            let error = await postgresError { _ = try await pool.query("SELECT pg_sleep(100)") }
            #expect(error.code == .timeout && error.sqlState == "57014")
            _ = try await pool.query("SELECT 1")
            try await eventually { pool.statistics.connectionsOpened == 1 }
        }
    }

    @Test("callers wait for a connection only so long, and only so many of them")
    func exhaustion() async throws {
        let limits: @Sendable (inout PostgresConfiguration) -> Void = {
            $0.waiterDeadline = .milliseconds(100)
            $0.maximumWaiters = 2
        }
        try await withPool(maximum: 1, configure: limits) { pool, _ in
            // The time is too short to connect on a busy machine, so that comes first.
            try await eventually { (try? await pool.query("SELECT 1").count) == 1 }
            let before = pool.statistics.waitTimeouts
            try await pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT 1")
                let codes = await withTaskGroup(of: PostgresError.Code.self) { group in
                    for _ in 0..<5 {
                        group.addTask { await postgresError { _ = try await pool.query("SELECT 1") }.code }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes == Array(repeating: .poolExhausted, count: 5))
                // The counters are published just after the callers are told.
                try await eventually { pool.statistics.refusals == 3 && pool.statistics.waitTimeouts == before + 2 }
            }
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test("a waiting caller is served when another is done")
    func handover() async throws {
        try await withPool(maximum: 2) { pool, _ in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<500 { group.addTask { try await pool.query("SELECT \(number) AS n")[0].decode("n") } }
                let sum = try await group.reduce(0, +)
                #expect(sum == 124_750)
            }
            try await eventually { pool.statistics.connectionsOpened <= 2 }
            try await eventually { pool.statistics.leases == 500 }
        }
    }
}
