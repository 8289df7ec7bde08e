import Foundation
import Logging
import Postgres
import Reactor

/// Prepared single-row selects against `pgbench -S -M prepared`, and a tenant transaction against the same query
/// without row-level security. Rounds take turns, so a busy moment of the machine hits both; medians are printed.
struct PostgresBenchmark {
    /// A superuser's, on a server that trusts it; a database is made there and dropped.
    let url: String
    let pgbench: String
    var clients = 16
    var rounds = 5
    var secondsPerRound = 4

    private static let database = "asterism_bench"
    private static let rows = 100_000

    func run() async throws {
        let reactor = try Reactor(name: "bench")
        try await prepare(reactor)
        try await measureSelect(reactor)
        try await measureTenantTransaction(reactor)
        let administrator = try pool(url: url, reactor)
        _ = try await administrator.query("DROP DATABASE \(identifier: Self.database) WITH (FORCE)")
        await administrator.shutDown()
        reactor.stop()
    }

    /// What was measured is shown at once, also when the output is a file.
    private func show(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private func measureSelect(_ reactor: Reactor) async throws {
        let pool = try pool(url: databaseURL(), reactor)
        var ours: [Double] = []
        var theirs: [Double] = []
        for round in 0...rounds {
            let mine = try await perSecond {
                let account = Int32.random(in: 1...Int32(Self.rows))
                let result = try await pool.query("SELECT abalance FROM pgbench_accounts WHERE aid = \(account)")
                _ = try result[0].decode(0, as: Int32.self)
            }
            let other = try pgbenchPerSecond(queries: Int(mine) * secondsPerRound)
            // The first round warms both up.
            if round > 0 {
                ours.append(mine)
                theirs.append(other)
            }
        }
        report("select, \(clients) concurrent", ours, "pgbench -S -M prepared", theirs)
        show("  goal: at least 0.70 of pgbench, measured \(ratio(median(ours), median(theirs)))")
        await pool.shutDown()
    }

    private func measureTenantTransaction(_ reactor: Reactor) async throws {
        let pool = try pool(url: databaseURL(user: "asterism_bench"), reactor)
        let tenants = (0..<100).map(Self.tenant)
        var plain: [Double] = []
        var secured: [Double] = []
        for round in 0...rounds {
            let without = try await perSecond {
                let tenant = tenants[Int.random(in: 0..<100)]
                let id = Int32.random(in: 1...1000)
                _ = try await pool.query("SELECT title FROM plain WHERE tenant_id = \(tenant) AND id = \(id)")[0]
                    .decode(0, as: String.self)
            }
            let with = try await perSecond {
                let tenant = tenants[Int.random(in: 0..<100)]
                let id = Int32.random(in: 1...1000)
                _ = try await pool.pipeline(
                    ["SELECT title FROM secured WHERE tenant_id = \(tenant) AND id = \(id)"],
                    settings: [("app.tenant", tenant.uuidString)])[0][0].decode(0, as: String.self)
            }
            if round > 0 {
                plain.append(without)
                secured.append(with)
            }
        }
        report("without row-level security", plain, "tenant transaction", secured)
        show("  goal: at most 1.60 times the cost, measured \(ratio(median(plain), median(secured)))")
        await pool.shutDown()
    }

    // MARK: Rounds

    private func perSecond(_ body: @escaping @Sendable () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(secondsPerRound)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var count = 0
                    while clock.now < end {
                        try await body()
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / ((clock.now - start) / .seconds(1))
    }

    /// Lets pgbench run as many queries as we just did. Not for a time: it would wait for SIGALRM, which Swift's threads
    /// block and their children inherit so.
    private func pgbenchPerSecond(queries: Int) throws -> Double {
        let output = try pgbench(
            ["-S", "-M", "prepared", "-c", "\(clients)", "-t", "\(max(1, queries / clients))", "-n", try databaseURL()])
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        return line.flatMap { Double($0.split(separator: " ")[2]) } ?? .nan
    }

    @discardableResult
    private func pgbench(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: pgbench)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    // MARK: Data

    private func prepare(_ reactor: Reactor) async throws {
        let administrator = try pool(url: url, reactor)
        _ = try await administrator.query("DROP DATABASE IF EXISTS \(identifier: Self.database) WITH (FORCE)")
        _ = try await administrator.query("CREATE DATABASE \(identifier: Self.database)")
        await administrator.shutDown()
        try pgbench(["-i", "-s", "1", "-q", try databaseURL()])
        let owner = try pool(url: databaseURL(), reactor)
        try await owner.execute(script: Self.schema)
        await owner.shutDown()
    }

    /// Two equal tables; a hundred tenants with a thousand rows each.
    private static let schema = """
        DO $$ BEGIN CREATE ROLE asterism_bench LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        CREATE TABLE plain (tenant_id uuid, id int, title text, PRIMARY KEY (tenant_id, id));
        INSERT INTO plain
            SELECT lpad(to_hex(tenant), 32, '0')::uuid, id, 'title ' || id
            FROM generate_series(0, 99) AS tenant, generate_series(1, 1000) AS id;
        CREATE TABLE secured (LIKE plain INCLUDING ALL);
        INSERT INTO secured SELECT * FROM plain;
        ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
        ALTER TABLE secured FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON secured USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid);
        GRANT SELECT ON plain, secured TO asterism_bench;
        ANALYZE;
        """

    private static func tenant(_ number: Int) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number)))
    }

    private func databaseURL(user: String? = nil) throws -> String {
        var components = URLComponents(string: url)
        components?.path = "/" + Self.database
        if let user { components?.user = user }
        return components?.string ?? url
    }

    private func pool(url: String, _ reactor: Reactor) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(url: url)
        configuration.minimumConnections = 0
        configuration.maximumConnections = clients
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        return PostgresPool(configuration: configuration, reactor: reactor, logger: logger)
    }

    // MARK: Figures

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func ratio(_ first: Double, _ second: Double) -> String { String(format: "%.2f", first / second) }

    private func report(_ name: String, _ values: [Double], _ otherName: String, _ others: [Double]) {
        show("postgres: medians of \(rounds) rounds of \(secondsPerRound) s")
        for (name, values) in [(name, values), (otherName, others)] {
            let rounds = values.map { String(Int($0)) }.joined(separator: " ")
            show("  \(name): \(Int(median(values))) per second (\(rounds))")
        }
    }
}
