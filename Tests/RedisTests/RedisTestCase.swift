import Logging
import Reactor
import Redis

/// Runs `body` with a client of a server of its own, both gone afterwards.
func withServer<Result>(
    arguments: [String] = [], configure: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisClient, RedisServer) async throws -> Result
) async throws -> Result {
    let server = try RedisServer(arguments: arguments)
    try server.start()
    var configuration = RedisConfiguration(host: "127.0.0.1", port: server.port)
    configure(&configuration)
    return try await withClient(configuration) { client async throws in
        try await waitUntilServing(client)
        return try await body(client, server)
    }
}

/// Runs `body` with a client on a reactor of its own, both gone afterwards.
func withClient<Result>(
    _ configuration: RedisConfiguration, _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    let reactor = try Reactor(name: "redis-test")
    var logger = Logger(label: "redis-test")
    logger.logLevel = .critical
    let client = RedisClient(configuration: configuration, reactor: reactor, logger: logger)
    do {
        let result = try await body(client)
        await client.close()
        reactor.stop()
        return result
    } catch {
        await client.close()
        reactor.stop()
        throw error
    }
}

struct NeverHappened: Error {
    let what: String
}

/// Looks every few milliseconds, for at most 20 seconds: far longer than anything takes on a busy machine.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened(what: what)
}

func waitUntilServing(_ client: RedisClient) async throws {
    try await eventually("the server answers") { (try? await client.command("PING")) != nil }
}

/// The error of `body`, or nil when it succeeds.
func errorCode(_ body: () async throws -> some Sendable) async -> RedisError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? RedisError)?.code
    }
}
