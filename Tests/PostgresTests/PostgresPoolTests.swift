import Foundation
import Support
import Testing

@testable import Postgres

@Suite("The pool against a real server", .timeLimit(.minutes(2)))
struct PostgresPoolTests {
    @Test("an error of the server says what, about what, and where in our code")
    func errors() async throws {
        try await withPool { pool, _ in
            _ = try await pool.query("CREATE TABLE names (name text CONSTRAINT names_once PRIMARY KEY)")
            _ = try await pool.query("INSERT INTO names VALUES ('a')")
            let line = #line + 2
            let error = await postgresError {
                _ = try await pool.query("INSERT INTO names VALUES (\("a"))")
            }
            #expect(error.code == .server && error.isUniqueViolation)
            #expect(error.constraint == "names_once" && error.table == "names")
            #expect(error.file == #fileID && error.line == line)
            #expect(error.query == "INSERT INTO names VALUES ($1)")
            let missing = await postgresError { _ = try await pool.query("SELECT * FROM nowhere") }
            #expect(missing.sqlState == "42P01")
            #expect(try await pool.query("SELECT 1").count == 1, "the connection is fit for use")
        }
    }

    @Test("a pipeline takes effect as a whole or not at all, and names the statement that failed")
    func pipeline() async throws {
        try await withPool(maximum: 1) { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int PRIMARY KEY)")
            let results = try await pool.pipeline(["INSERT INTO t VALUES (1), (2)", "SELECT * FROM t", "SELECT 'x'"])
            #expect(results.map(\.count) == [0, 2, 1])
            #expect(results[0].affectedRows == 2)
            let error = await postgresError {
                _ = try await pool.pipeline(["INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (1)", "SELECT 1"])
            }
            #expect(error.query == "INSERT INTO t VALUES (1)")
            #expect(try await pool.query("SELECT * FROM t").count == 2)
            #expect(try await pool.pipeline([]).isEmpty)
        }
    }

    @Test("a constraint that fails only at the commit fails the pipeline and the transaction")
    func deferred() async throws {
        try await withPool(maximum: 1) { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let twice: SQL = "INSERT INTO t VALUES (1), (1)"
            #expect(await postgresError { _ = try await pool.query(twice) }.isUniqueViolation)
            #expect(await postgresError { _ = try await pool.pipeline([twice, "SELECT 1"]) }.isUniqueViolation)
            let error = await postgresError {
                try await pool.withTransaction { transaction in _ = try await transaction.query(twice) }
            }
            #expect(error.isUniqueViolation)
            #expect(try await pool.query("SELECT * FROM t").isEmpty)
        }
    }

    @Test("settings end with their transaction and never reach the next user of the connection")
    func settingsDoNotBleed() async throws {
        try await withPool(maximum: 1) { pool, _ in
            let current: SQL = "SELECT current_setting('app.tenant', true) AS tenant"
            @Sendable func tenant(_ results: [PostgresResult]) throws -> String? { try results[0][0].decode("tenant") }
            for name in ["first", "second"] {
                let results = try await pool.pipeline([current], settings: [("app.tenant", name), ("app.user", "u")])
                #expect(try tenant(results) == name)
                #expect(try tenant([try await pool.query(current)]) ?? "" == "")
                try await pool.withTransaction(settings: [("app.tenant", name)]) { transaction in
                    let seen = try tenant([try await transaction.query(current)])
                    #expect(seen == name)
                }
                #expect(try tenant([try await pool.query(current)]) ?? "" == "")
            }
            _ = await postgresError { _ = try await pool.pipeline(["SELECT 1/0"], settings: [("app.tenant", "third")]) }
            #expect(try tenant([try await pool.query(current)]) ?? "" == "")
            #expect(pool.statistics.connectionsOpened == 1, "it was one connection all along")
        }
    }

    @Test("many tenants on few connections each see their own")
    func tenants() async throws {
        try await withPool(maximum: 3) { pool, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let name = "tenant-\(number)"
                        let current: SQL = "SELECT current_setting('app.tenant') AS tenant"
                        let seen: String
                        if number.isMultiple(of: 3) {
                            seen = try await pool.withTransaction(settings: [("app.tenant", name)]) { transaction in
                                try await transaction.query(current)[0].decode("tenant")
                            }
                        } else {
                            seen = try await pool.pipeline([current], settings: [("app.tenant", name)])[0][0]
                                .decode("tenant")
                        }
                        #expect(seen == name)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a transaction commits when its body returns and rolls back when it throws")
    func transactions() async throws {
        struct Refusal: Error {}
        try await withPool { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int)")
            let count = try await pool.withTransaction { transaction in
                _ = try await transaction.query("INSERT INTO t VALUES (1)")
                return try await transaction.query("SELECT * FROM t").count
            }
            #expect(count == 1)
            await #expect(throws: Refusal.self) {
                try await pool.withTransaction { transaction in
                    _ = try await transaction.query("INSERT INTO t VALUES (2)")
                    throw Refusal()
                }
            }
            #expect(try await pool.query("SELECT * FROM t").count == 1)
            try await pool.withTransaction { _ in }
        }
    }

    @Test("a body that swallows the error of a statement cannot commit")
    func swallowedError() async throws {
        try await withPool { pool, _ in
            let error = await postgresError {
                try await pool.withTransaction { transaction in
                    _ = try? await transaction.query("SELECT 1/0")
                }
            }
            #expect(error.code == .transactionAborted)
        }
    }

    @Test("a transaction is of no use after its body")
    func escapedTransaction() async throws {
        try await withPool { pool, _ in
            let escaped = try await pool.withTransaction { transaction in
                _ = try await transaction.query("SELECT 1")
                return transaction
            }
            #expect(await postgresError { _ = try await escaped.query("SELECT 1") }.code == .closed)
        }
    }

    @Test("tasks inside one transaction may send statements at the same time")
    func concurrentStatements() async throws {
        try await withPool { pool, _ in
            let sum = try await pool.withTransaction { transaction in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 1...50 {
                        group.addTask { try await transaction.query("SELECT \(number) AS n")[0].decode("n") }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(sum == 1275)
        }
    }

    @Test("serializable transactions that conflict say that they may be tried again")
    func serializable() async throws {
        try await withPool { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int, n int)")
            _ = try await pool.query("INSERT INTO t VALUES (1, 0), (2, 0)")
            let error = await postgresError {
                try await pool.withTransaction(isolation: .serializable) { first in
                    _ = try await first.query("SELECT sum(n) FROM t")
                    try await pool.withTransaction(isolation: .serializable) { second in
                        _ = try await second.query("SELECT sum(n) FROM t")
                        _ = try await second.query("UPDATE t SET n = 1 WHERE id = 1")
                    }
                    _ = try await first.query("UPDATE t SET n = 1 WHERE id = 2")
                }
            }
            #expect(error.isSerializationFailure && error.isTransient)
        }
    }

    @Test("a caller who leaves a transaction open by hand costs a connection, not the next caller's peace")
    func strayBegin() async throws {
        try await withPool(maximum: 1) { pool, database in
            _ = try await pool.query("BEGIN")
            let rows = try await pool.query("SELECT now() = statement_timestamp() OR true AS fine")
            #expect(rows.count == 1)
            #expect(try await database.count(where: "state LIKE 'idle in transaction%'") == 0)
            try await eventually { pool.statistics.connectionsOpened == 2 }
        }
    }

    @Test("a result type that changed and statements that were dropped are prepared anew without anyone noticing")
    func stalePlans() async throws {
        try await withPool(maximum: 1) { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int)")
            let all: SQL = "SELECT * FROM t"
            #expect(try await pool.query(all).columns == ["id"])
            _ = try await pool.query("ALTER TABLE t ADD name text")
            #expect(try await pool.query(all).columns == ["id", "name"])
            try await eventually { pool.statistics.repreparations == 1 }
            _ = try await pool.query("DEALLOCATE ALL")
            #expect(try await pool.query(all).columns == ["id", "name"])
            try await eventually { pool.statistics.repreparations == 2 }
            try await eventually { pool.statistics.connectionsOpened == 1 }
        }
    }

    @Test("a stale plan inside of a transaction is reported as worth another try, which succeeds")
    func stalePlanInTransaction() async throws {
        try await withPool(maximum: 1) { pool, _ in
            _ = try await pool.query("CREATE TABLE t (id int)")
            let all: SQL = "SELECT * FROM t"
            _ = try await pool.query(all)
            _ = try await pool.query("ALTER TABLE t ADD name text")
            let error = await postgresError {
                try await pool.withTransaction { transaction in _ = try await transaction.query(all) }
            }
            #expect(error.isTransient)
            try await pool.withTransaction { transaction in
                let columns = try await transaction.query(all).columns
                #expect(columns.count == 2)
            }
        }
    }

    @Test("more statements than may stay prepared make room for each other at the server too")
    func eviction() async throws {
        try await withPool(maximum: 1, configure: { $0.maximumPreparedStatements = 5 }) { pool, _ in
            for round in 0..<3 {
                for number in 0..<20 {
                    let rows = try await pool.query("SELECT \(round) + \(unsafeRaw: "\(number)") AS n")
                    #expect(try rows[0].decode("n", as: Int.self) == round + number)
                }
            }
            let prepared = try await pool.query("SELECT count(*) FROM pg_prepared_statements")
            // The one that made room last is freed with the next statement.
            #expect(try prepared[0].decode(0, as: Int.self) <= 6)
        }
    }

    @Test("a script of several statements runs, and one that fails leaves the connection fit for use")
    func scripts() async throws {
        try await withPool(maximum: 1) { pool, _ in
            try await pool.execute(script: "CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO b VALUES (1)")
            #expect(try await pool.query("SELECT * FROM b").count == 1)
            let error = await postgresError { try await pool.execute(script: "SELECT 1; SELECT nonsense; SELECT 2") }
            #expect(error.sqlState == "42703")
            let copy = await postgresError { try await pool.execute(script: "COPY a FROM STDIN") }
            #expect(copy.code == .server)
            #expect(try await pool.query("SELECT * FROM a").isEmpty)
        }
    }

    @Test("names and Unix sockets lead to the server as addresses do")
    func addresses() async throws {
        try await withPool(url: { $0.superuserURL.replacing("127.0.0.1", with: "localhost") }) { pool, database in
            #expect(try await pool.query("SELECT 1").count == 1)
            let rows = try await pool.query("SHOW unix_socket_directories")
            let directory = try rows[0].decode(0, as: String.self).split(separator: ",").first ?? ""
            // A server whose path is too long for a socket has none.
            guard !directory.isEmpty else { return }
            var configuration = try PostgresConfiguration(url: database.superuserURL)
            configuration.connection["host"] = String(directory)
            let local = PostgresPool(configuration: configuration, reactor: try SharedReactor.get(), logger: .quiet)
            let address = try await local.query("SELECT inet_client_addr()::text")
            #expect(try address[0].decode(0, as: String?.self) == nil)
            await local.shutDown()
        }
    }

    @Test("after the shutdown nothing is left at the server, and callers are told")
    func noLeak() async throws {
        try await withTestDatabase(provisioned: false) { database in
            let pool = try database.makePool()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { _ = try await pool.query("SELECT 1") } }
                try await group.waitForAll()
            }
            let running = Task { try await pool.run() }
            running.cancel()
            try await running.value
            #expect(await postgresError { _ = try await pool.query("SELECT 1") }.code == .closed)
            try await eventually { try await database.count(where: "true") == 0 }
        }
    }

    @Test("a pool that is dropped without a word closes its connections")
    func dropped() async throws {
        try await withTestDatabase(provisioned: false) { database in
            do {
                let pool = try database.makePool()
                _ = try await pool.query("SELECT 1")
            }
            try await eventually { try await database.count(where: "true") == 0 }
        }
    }
}
