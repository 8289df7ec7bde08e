import Foundation
import Glibc
import Redis
import Testing

@Suite("Bad days of a real server", .serialized)
struct BadDayTests {
    @Test("without a server commands are refused, not hung, and served as soon as there is one")
    func lateServer() async throws {
        let server = try RedisServer()
        try await withClient(RedisConfiguration(host: "127.0.0.1", port: server.port)) { client async throws in
            #expect(await errorCode { try await client.command("PING") } == .unavailable)
            #expect(await errorCode { try await client.command("PING") } == .unavailable)
            try server.start()
            try await waitUntilServing(client)
            #expect(client.statistics.connectFailures > 0)
        }
    }

    @Test("when its connection is killed in the middle of a command, it says so and serves the next")
    func killed() async throws {
        try await withServer(configure: { $0.connections = 1 }) { client, server async throws in
            try await withClient(RedisConfiguration(host: "127.0.0.1", port: server.port)) { other async throws in
                try await waitUntilServing(other)
                let id = try await client.command("CLIENT", "ID").integer ?? 0
                let sleeping = Task { await errorCode { try await client.command("DEBUG", "SLEEP", "0.3") } }
                try await eventually("the command is under way") { client.statistics.inFlight == 1 }
                #expect(try await other.command("CLIENT", "KILL", "ID", RedisArgument(id)) == .integer(1))
                // The server may have written the answer before it came to the kill.
                let code = await sleeping.value
                #expect(code == .connectionLost || code == nil)
                try await eventually("the loss is noticed") { client.statistics.connectionsLost == 1 }
                try await waitUntilServing(client)
                try await eventually("nothing is left behind") { client.statistics.inFlight == 0 }
            }
        }
    }

    @Test("commands under way when the server dies are told so, and those after its restart are served")
    func restarted() async throws {
        try await withServer { client, server async throws in
            server.freeze()
            let codes = Task {
                await withTaskGroup(of: RedisError.Code?.self) { group in
                    for _ in 0..<100 { group.addTask { await errorCode { try await client.command("PING") } } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            try await eventually("commands are under way") { client.statistics.inFlight == 100 }
            server.stop()
            // The server may have answered some before the freeze took hold of it; nobody is left without an answer.
            let told: [RedisError.Code?] = [nil, .connectionLost, .unavailable, .timeout]
            #expect(await codes.value.allSatisfy { told.contains($0) })
            try server.start()
            try await waitUntilServing(client)
            #expect(client.statistics.connectionsLost > 0)
        }
    }

    @Test("a server that stops answering costs one deadline, then its connection is replaced")
    func frozen() async throws {
        try await withServer(configure: { $0.commandTimeout = .milliseconds(100) }) { client, server async throws in
            server.freeze()
            #expect(await errorCode { try await client.command("PING") } == .timeout)
            try await eventually("the connection is given up") { client.statistics.connectionsLost > 0 }
            server.thaw()
            try await waitUntilServing(client)
        }
    }

    @Test("a late answer goes to nobody, and the ones behind it to their own callers")
    func slow() async throws {
        try await withServer(configure: { $0.connections = 1 }) { client, _ async throws in
            let slow = Task {
                await errorCode { try await client.command("DEBUG", "SLEEP", "0.2", timeout: .milliseconds(50)) }
            }
            try await eventually("the slow command is under way") { client.statistics.inFlight == 1 }
            #expect(try await client.command("ECHO", "a", timeout: .seconds(10)).string == "a")
            #expect(try await client.command("ECHO", "b").string == "b")
            #expect(await slow.value == .timeout)
            #expect(client.statistics.connectionsLost == 0)
        }
    }

    @Test("a wrong password is an error that names it, and no tight loop")
    func wrongPassword() async throws {
        let server = try RedisServer(arguments: ["--requirepass", "right"])
        try server.start()
        var configuration = try RedisConfiguration(url: "redis://:wrong@127.0.0.1:\(server.port)")
        configuration.backoffBase = .seconds(2)
        try await withClient(configuration) { client async throws in
            try await eventually("the password is refused") {
                do {
                    _ = try await client.command("PING")
                    return false
                } catch let error as RedisError {
                    #expect(error.code == .unavailable)
                    return error.message.hasPrefix("WRONGPASS")
                }
            }
            #expect(client.statistics.readyConnections == 0)
        }
    }

    @Test("a missing password is an error that names it")
    func missingPassword() async throws {
        let server = try RedisServer(arguments: ["--requirepass", "right"])
        try server.start()
        try await withClient(RedisConfiguration(host: "127.0.0.1", port: server.port)) { client async throws in
            try await eventually("the server asks for a password") {
                do {
                    _ = try await client.command("PING")
                    return false
                } catch let error as RedisError {
                    return error.message.hasPrefix("NOAUTH")
                }
            }
        }
    }

    @Test("a name that does not resolve is an error, not a hang")
    func unknownName() async throws {
        try await withClient(RedisConfiguration(host: "redis.invalid")) { client async throws in
            #expect(await errorCode { try await client.command("PING", timeout: .seconds(30)) } == .unavailable)
        }
    }

    @Test("a server that accepts and stays silent is given up after the connect timeout")
    func silent() async throws {
        let listener = try Listener()
        defer { listener.close() }
        var configuration = RedisConfiguration(host: "127.0.0.1", port: listener.port)
        configuration.connectTimeout = .milliseconds(100)
        try await withClient(configuration) { client async throws in
            #expect(await errorCode { try await client.command("PING", timeout: .seconds(30)) } == .unavailable)
            #expect(client.statistics.connectFailures > 0)
        }
    }

    @Test("a server that closes its half, or talks nonsense, is an error", arguments: ["", "HTTP/1.1 400 No\r\n\r\n"])
    func nonsense(answer: String) async throws {
        let listener = try Listener()
        defer { listener.close() }
        var configuration = RedisConfiguration(host: "127.0.0.1", port: listener.port)
        configuration.connections = 1
        try await withClient(configuration) { client async throws in
            let code = Task { await errorCode { try await client.command("PING", timeout: .seconds(30)) } }
            let peer = try listener.accept()
            defer { close(peer) }
            let bytes = Array(answer.utf8)
            if !bytes.isEmpty { unsafe #expect(write(peer, bytes, bytes.count) == bytes.count) }
            shutdown(peer, Int32(SHUT_WR))
            #expect(await code.value == .unavailable)
        }
    }

    @Test("killed over and over under load, it answers or fails every command and serves in the end")
    func storm() async throws {
        try await withServer { client, server async throws in
            try await withClient(RedisConfiguration(host: "127.0.0.1", port: server.port)) { other async throws in
                try await waitUntilServing(other)
                let wrong = await withTaskGroup(of: Int.self) { group in
                    for worker in 0..<16 {
                        group.addTask {
                            var wrong = 0
                            for round in 0..<300 {
                                let number = worker * 1_000 + round
                                let reply = try? await client.command("ECHO", RedisArgument(number))
                                if let reply, reply.integer != Int64(number) { wrong += 1 }
                                if round % 50 == 7, worker == 0 {
                                    _ = try? await other.command("CLIENT", "KILL", "SKIPME", "yes")
                                }
                            }
                            return wrong
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(wrong == 0)
                try await waitUntilServing(client)
                try await eventually("nothing is left behind") { client.statistics.inFlight == 0 }
            }
        }
    }
}
