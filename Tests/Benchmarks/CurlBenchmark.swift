import AsyncHTTPClient
import CurlClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Reactor

/// JSON POST of 1 KiB, 32 at a time: `CurlClient` and AsyncHTTPClient on the same nginx, in turns.
struct CurlBenchmark {
    /// As many callers as the gateway's benchmark has connections.
    private static let concurrency = 32
    private static let requestsPerRound = 24_000
    private static let rounds = 5

    private let url: String
    private let body: [UInt8]

    private struct Round {
        var requestsPerSecond: Double
        var microsecondsOfCPU: Double
    }

    init(url: String) {
        self.url = url
        let message = String(repeating: "The VPN client does not connect since the update. ", count: 20)
        body = Array(#"{"model":"m","messages":[{"role":"user","content":"\#(message)"}]}"#.utf8.prefix(1_024))
    }

    func run() async throws {
        let reactor = try Reactor(name: "bench-curl")
        let logger = Logger(label: "bench")
        let curl = CurlClient(
            configuration: CurlConfiguration(egress: .unrestricted), reactor: reactor, logger: logger)
        let peer = HTTPClient(eventLoopGroupProvider: .singleton)
        var results: [String: [Round]] = [:]
        // The first round of each warms connections and caches and does not count.
        for round in 0...Self.rounds {
            let candidates: [(String, @Sendable () async throws -> Void)] = [
                ("CurlClient", { try await send(by: curl) }),
                ("CurlClient, streamed", { try await stream(by: curl) }),
                ("AsyncHTTPClient", { try await send(by: peer) }),
            ]
            for (name, send) in candidates {
                let result = try await measure(send)
                if round > 0 { results[name, default: []].append(result) }
            }
        }
        report(results)
        await curl.shutdown()
        reactor.stop()
        try await peer.shutdown()
    }

    private func send(by client: CurlClient) async throws {
        let request = OutgoingRequest(
            method: "POST", url: url,
            headers: [("Content-Type", "application/json"), ("Authorization", "Bearer sk-benchmark")], body: body,
            firstByteTimeout: .seconds(10), idleTimeout: .seconds(10))
        let response = try await client.execute(request)
        guard response.status == 200, !response.body.isEmpty else { throw BenchmarkError.unexpectedAnswer }
    }

    private func stream(by client: CurlClient) async throws {
        let request = OutgoingRequest(
            method: "POST", url: url,
            headers: [("Content-Type", "application/json"), ("Authorization", "Bearer sk-benchmark")], body: body,
            firstByteTimeout: .seconds(10), idleTimeout: .seconds(10))
        let response = try await client.stream(request)
        var count = 0
        for try await chunk in response.body { count += chunk.count }
        guard response.status == 200, count > 0 else { throw BenchmarkError.unexpectedAnswer }
    }

    private func send(by client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Authorization", value: "Bearer sk-benchmark")
        request.body = .bytes(body)
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok, answer.readableBytes > 0 else { throw BenchmarkError.unexpectedAnswer }
    }

    private func measure(_ send: @escaping @Sendable () async throws -> Void) async throws -> Round {
        let share = Self.requestsPerRound / Self.concurrency
        let cpuBefore = ProcessorTime.used()
        let elapsed = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.concurrency {
                    group.addTask { for _ in 0..<share { try await send() } }
                }
                try await group.waitForAll()
            }
        }
        let cpu = ProcessorTime.used() - cpuBefore
        let count = Double(share * Self.concurrency)
        return Round(
            requestsPerSecond: count / (elapsed / .seconds(1)), microsecondsOfCPU: cpu / .microseconds(1) / count)
    }

    private func report(_ results: [String: [Round]]) {
        print(
            "HTTP client: POST 1 KiB JSON, \(Self.concurrency) concurrent, \(Self.rounds) interleaved rounds, medians")
        let reference = Self.median(results["AsyncHTTPClient", default: []].map(\.requestsPerSecond))
        for name in ["CurlClient", "CurlClient, streamed", "AsyncHTTPClient"] {
            let rounds = results[name, default: []]
            let rate = Self.median(rounds.map(\.requestsPerSecond))
            let cpu = Self.median(rounds.map(\.microsecondsOfCPU))
            let columns = [
                name.padding(toLength: 22, withPad: " ", startingAt: 0),
                "\(Int(rate)) requests/s", "\(Int(cpu)) us CPU/request",
                "\((rate / reference * 100).rounded() / 100) x",
            ]
            print("  " + columns.joined(separator: "   "))
        }
    }

    private static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        return values.sorted()[values.count / 2]
    }
}
