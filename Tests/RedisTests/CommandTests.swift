import Foundation
import Redis
import Testing

@Suite("Commands against a real server")
struct CommandTests {
    @Test("every kind of answer is read")
    func replies() async throws {
        try await withServer { client, _ async throws in
            #expect(try await client.command("PING") == .status("PONG"))
            #expect(try await client.command("SET", "k", "v") == .status("OK"))
            #expect(try await client.command("GET", "k") == .bytes(Array("v".utf8)))
            #expect(try await client.command("GET", "absent") == .null)
            #expect(try await client.command("INCRBY", "n", 41) == .integer(41))
            #expect(try await client.command("GET", "n").integer == 41)
            #expect(
                try await client.command("MGET", "k", "absent") == .array([.bytes(Array("v".utf8)), .null]))
            #expect(
                try await client.command("EVAL", "return {1, {2, 'x'}, redis.error_reply('E1 no')}", 0)
                    == .array([
                        .integer(1), .array([.integer(2), .bytes([UInt8(ascii: "x")])]), .error("E1 no"),
                    ]))
        }
    }

    @Test("any bytes survive, NUL and line ends and large values included, and none is taken for a command")
    func binary() async throws {
        try await withServer { client, _ async throws in
            for value in [
                [], [0], Array("a\r\n$5\r\nFLUSHALL %s %b\r\n".utf8), Array(0...255),
                [UInt8](repeating: 0xFF, count: 3_000_000),
            ] {
                let key = RedisArgument([0, 13, 10, 37, 115])
                try await client.set(key, to: RedisArgument(value))
                #expect(try await client.get(key) == value)
            }
        }
    }

    @Test("an error of the server is thrown with its code, and the connection serves on")
    func serverError() async throws {
        try await withServer { client, _ async throws in
            try await client.set("k", to: "v")
            let error = await #expect(throws: RedisError.self) { try await client.command("LPUSH", "k", "x") }
            #expect(error?.code == .server)
            #expect(error?.serverCode == "WRONGTYPE")
            #expect(try await client.get("k") == Array("v".utf8))
            #expect(client.statistics.serverErrors == 1)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test("a command that would disturb the others on its connection is refused")
    func refused() async throws {
        try await withServer { client, _ async throws in
            let before = client.statistics.refusals
            #expect(await errorCode { try await client.command("SUBSCRIBE", "x") } == .invalid)
            #expect(await errorCode { try await client.command([RedisArgument]()) } == .invalid)
            #expect(client.statistics.refusals == before + 2)
        }
    }

    @Test("of thousands of commands at once each gets its own answer")
    func concurrent() async throws {
        try await withServer { client, _ async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<3_000 {
                    group.addTask { try await client.command("ECHO", RedisArgument(number)).integer == Int64(number) }
                }
                for try await isOwn in group { #expect(isOwn) }
            }
            #expect(client.statistics.inFlight == 0)
        }
    }

    @Test("a pipeline has its results in order, and one failure spoils no other")
    func pipeline() async throws {
        try await withServer { client, _ async throws in
            let results = try await client.pipeline([
                ["SET", "k", "1"], ["LPUSH", "k", "x"], ["INCR", "k"], ["GET", "k"],
            ])
            #expect(results.count == 4)
            #expect(try results[0].get() == .status("OK"))
            #expect(throws: RedisError.self) { try results[1].get() }
            #expect(try results[2].get() == .integer(2))
            #expect(try results[3].get().integer == 2)
            #expect(try await client.pipeline([]).isEmpty)
        }
    }

    @Test("set keeps to its conditions")
    func set() async throws {
        try await withServer { client, _ async throws in
            #expect(try await client.set("k", to: "1", expiry: .seconds(100), onlyIfAbsent: true))
            #expect(try await !client.set("k", to: "2", onlyIfAbsent: true))
            #expect(try await client.get("k") == Array("1".utf8))
            let left = try await client.command("PTTL", "k").integer ?? 0
            #expect((1...100_000).contains(left))
            #expect(try await client.delete(["k", "absent"]) == 1)
            #expect(try await client.delete([]) == 0)
        }
    }

    @Test("a script runs by its digest, and again after the server forgot it")
    func scripts() async throws {
        try await withServer { client, _ async throws in
            let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
            func run() async throws -> Int64? {
                try await client.eval(script, keys: ["n"], arguments: ["x"]).array?.last?.integer
            }
            #expect(try await run() == 1)
            #expect(try await run() == 2)
            _ = try await client.command("SCRIPT", "FLUSH")
            #expect(try await run() == 3)
            let broken = RedisScript("return redis.call('LPUSH', KEYS[1], 'x')")
            #expect(await errorCode { try await client.eval(broken, keys: ["n"]) } == .server)
        }
    }

    @Test("password, user and database of the URL are used")
    func credentials() async throws {
        let server = try RedisServer(arguments: ["--requirepass", "p@ss word"])
        try server.start()
        let url = "redis://default:p%40ss%20word@localhost:\(server.port)/7"
        try await withClient(try RedisConfiguration(url: url)) { client async throws in
            try await waitUntilServing(client)
            try await client.set("k", to: "v")
            let info = try await client.command("CLIENT", "INFO").string ?? ""
            #expect(info.contains(" db=7 "))
            #expect(info.contains(" name=asterism "))
        }
    }

    @Test("more commands than may wait are refused at once")
    func bound() async throws {
        try await withServer(configure: { $0.maximumInFlight = 10 }) { client, server async throws in
            server.freeze()
            defer { server.thaw() }
            let codes = await withTaskGroup(of: RedisError.Code?.self) { group in
                for _ in 0..<30 { group.addTask { await errorCode { try await client.command("PING") } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == .overloaded }.count == 20)
            #expect(codes.filter { $0 == .timeout }.count == 10)
        }
    }
}
