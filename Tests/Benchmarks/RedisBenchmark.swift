import Foundation
import Logging
import Reactor
import Redis

/// GET of one small value, 64 at a time and one command a message: `RedisClient` and `redis-benchmark -c 64 -t get -P 1`
/// on the same server, in turns.
struct RedisBenchmark {
    private static let concurrency = 64
    private static let commandsPerRound = 192_000
    private static let rounds = 5

    private let configuration: RedisConfiguration
    private let program: String

    /// - Parameter program: The path of `redis-benchmark`.
    init(url: String, program: String) throws {
        configuration = try RedisConfiguration(url: url)
        self.program = program
    }

    func run() async throws {
        let reactor = try Reactor(name: "bench-redis")
        let client = RedisClient(configuration: configuration, reactor: reactor, logger: Logger(label: "bench"))
        // What redis-benchmark itself reads and writes by default.
        try await client.set("key:__rand_int__", to: "VXK")
        var ours: [Double] = []
        var theirs: [Double] = []
        // The first round of each warms connections and caches and does not count.
        for round in 0...Self.rounds {
            let (own, other) = (try await measure(client), try peer())
            guard round > 0 else { continue }
            ours.append(own)
            theirs.append(other)
        }
        await client.close()
        reactor.stop()
        let (own, other) = (Self.median(ours), Self.median(theirs))
        print("redis GET, \(Self.concurrency) at a time, median of \(Self.rounds) interleaved rounds")
        print("  redis-benchmark -P 1   \(Int(other)) commands/s")
        print("  RedisClient            \(Int(own)) commands/s   \(Int(100 * own / other)) %")
    }

    private func measure(_ client: RedisClient) async throws -> Double {
        let share = Self.commandsPerRound / Self.concurrency
        let elapsed = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.concurrency {
                    group.addTask {
                        for _ in 0..<share {
                            guard try await client.get("key:__rand_int__") != nil else {
                                throw BenchmarkError.unexpectedAnswer
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return Double(share * Self.concurrency) / (elapsed / .seconds(1))
    }

    /// The requests a second that redis-benchmark reports: the second field of its second line of CSV.
    private func peer() throws -> Double {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = [
            "-h", configuration.host, "-p", "\(configuration.port)", "-c", "\(Self.concurrency)", "-t", "get", "-P",
            "1",
            "-n", "\(Self.commandsPerRound)", "--csv",
        ]
        if let password = configuration.password { process.arguments?.append(contentsOf: ["-a", password]) }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n")
        let fields = lines.count > 1 ? lines[1].split(separator: ",") : []
        guard fields.count > 1, let rate = Double(fields[1].filter { $0 != "\"" }) else {
            throw BenchmarkError.unexpectedAnswer
        }
        return rate
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }
}
