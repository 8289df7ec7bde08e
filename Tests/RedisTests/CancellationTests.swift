import Foundation
import Redis
import Testing

@Suite("Cancellation", .serialized)
struct CancellationTests {
    @Test("a task that is cancelled already sends nothing")
    func before() async throws {
        try await withServer { client, _ async throws in
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await errorCode { try await client.set("k", to: "v") }
            }
            #expect(await task.value == .cancelled)
            #expect(try await client.get("k") == nil)
        }
    }

    @Test("while the connection is being made")
    func connecting() async throws {
        let listener = try Listener()
        defer { listener.close() }
        try await withClient(RedisConfiguration(host: "127.0.0.1", port: listener.port)) { client async throws in
            let task = Task { await errorCode { try await client.command("PING", timeout: .seconds(60)) } }
            try await eventually("the command waits") { client.statistics.inFlight == 1 }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test("of one command among others: each of the others has its own answer")
    func pipelined() async throws {
        try await withServer(configure: { $0.connections = 1 }) { client, server async throws in
            server.freeze()
            let tasks = (0..<200).map { number in
                Task { try await client.command("ECHO", RedisArgument(number), timeout: .seconds(30)).integer }
            }
            try await eventually("all are under way") { client.statistics.inFlight == 200 }
            for task in tasks[50..<150] { task.cancel() }
            for task in tasks[50..<150] { await #expect(throws: RedisError.self) { try await task.value } }
            server.thaw()
            for (number, task) in tasks.enumerated() where !(50..<150).contains(number) {
                #expect(try await task.value == Int64(number))
            }
            #expect(client.statistics.cancellations == 100)
            #expect(client.statistics.connectionsLost == 0)
            try await eventually("the places are given back") { client.statistics.inFlight == 0 }
        }
    }

    @Test("at any moment: a thousand times, each command ends once and the client serves on")
    func anyMoment() async throws {
        try await withServer { client, _ async throws in
            for round in 0..<1_000 {
                let task = Task { try await client.command("ECHO", RedisArgument(round)).integer }
                for _ in 0..<(round % 7) { await Task.yield() }
                task.cancel()
                if let value = try? await task.value { #expect(value == Int64(round)) }
            }
            #expect(try await client.command("ECHO", "end").string == "end")
        }
    }

    @Test("of a pipeline")
    func pipelineCall() async throws {
        try await withServer { client, server async throws in
            server.freeze()
            let task = Task { try await client.pipeline([["PING"], ["PING"]], timeout: .seconds(30)) }
            try await eventually("the pipeline is under way") { client.statistics.inFlight == 2 }
            task.cancel()
            for result in try await task.value { #expect(throws: RedisError.self) { try result.get() } }
            server.thaw()
            #expect(try await client.command("PING").string == "PONG")
        }
    }

    @Test("of run: what is under way is answered, what comes later is refused")
    func run() async throws {
        try await withServer { client, _ async throws in
            let running = Task { try await client.run() }
            let slow = Task { try await client.command("EVAL", "return 7", 0) }
            #expect(try await slow.value == .integer(7))
            running.cancel()
            try await running.value
            #expect(await errorCode { try await client.command("PING") } == .closed)
            #expect(client.statistics.readyConnections == 0)
        }
    }

    @Test("closing answers what is under way first")
    func drain() async throws {
        try await withServer { client, server async throws in
            server.freeze()
            let waiting = Task { try await client.command("ECHO", "x", timeout: .seconds(30)).string }
            try await eventually("the command is under way") { client.statistics.inFlight == 1 }
            let closing = Task { await client.close() }
            server.thaw()
            await closing.value
            #expect(try await waiting.value == "x")
        }
    }
}
