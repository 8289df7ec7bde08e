import Redis
import Testing

@Suite("Subscriptions", .serialized)
struct SubscriptionTests {
    /// The next message that is no gap.
    func payload(_ iterator: inout AsyncStream<RedisMessage>.Iterator) async -> String? {
        while let message = await iterator.next() {
            if !message.isGap { return message.text }
        }
        return nil
    }

    @Test("a subscription begins with a gap and then has every message, in order")
    func messages() async throws {
        try await withServer { client, _ async throws in
            var iterator = client.subscribe("news").makeAsyncIterator()
            #expect(await iterator.next() == .gap(in: "news"))
            for number in 0..<100 { try await client.publish(RedisArgument(number), to: "news") }
            for number in 0..<100 { #expect(await iterator.next()?.text == "\(number)") }
            #expect(client.statistics.messages == 100)
        }
    }

    @Test("every listener of a channel gets its messages, and no other channel's")
    func several() async throws {
        try await withServer { client, _ async throws in
            var first = client.subscribe("x").makeAsyncIterator()
            #expect(await first.next()?.isGap == true)
            var second = client.subscribe("x").makeAsyncIterator()
            #expect(await second.next()?.isGap == true)
            var other = client.subscribe("y").makeAsyncIterator()
            #expect(await other.next()?.isGap == true)
            #expect(try await client.publish("1", to: "x") == 1)
            try await client.publish("2", to: "y")
            #expect(await first.next()?.text == "1")
            #expect(await second.next()?.text == "1")
            #expect(await other.next()?.text == "2")
        }
    }

    @Test("after the connection was killed it is restored, with a gap")
    func killed() async throws {
        try await withServer { client, _ async throws in
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            _ = try await client.command("CLIENT", "KILL", "TYPE", "pubsub")
            #expect(await iterator.next()?.isGap == true)
            try await client.publish("again", to: "x")
            #expect(await iterator.next()?.text == "again")
        }
    }

    @Test("after the server was restarted it is restored, with a gap")
    func restarted() async throws {
        try await withServer { client, server async throws in
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            server.stop()
            try server.start()
            #expect(await iterator.next()?.isGap == true)
            try await waitUntilServing(client)
            try await client.publish("again", to: "x")
            #expect(await payload(&iterator) == "again")
        }
    }

    @Test("a server that froze is noticed by the heartbeat")
    func frozen() async throws {
        try await withServer(configure: { $0.heartbeatInterval = .milliseconds(50) }) { client, server async throws in
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            let before = client.statistics.connectionsLost
            server.freeze()
            try await eventually("the loss is noticed") { client.statistics.connectionsLost > before }
            server.thaw()
            #expect(await iterator.next()?.isGap == true)
        }
    }

    @Test("heartbeats that are answered are neither gaps nor messages")
    func heartbeat() async throws {
        try await withServer(configure: { $0.heartbeatInterval = .milliseconds(10) }) { client, _ async throws in
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            try await Task.sleep(for: .milliseconds(200))
            try await client.publish("1", to: "x")
            #expect(await iterator.next()?.text == "1")
            #expect(client.statistics.gaps == 1)
        }
    }

    @Test("when the last reader stops, the server is told")
    func unsubscribe() async throws {
        try await withServer { client, _ async throws in
            let task = Task { for await _ in client.subscribe("x") {} }
            func subscribers() async throws -> Int64? {
                try await client.command("PUBSUB", "NUMSUB", "x").array?.last?.integer
            }
            try await eventually("subscribed") { try await subscribers() == 1 }
            task.cancel()
            await task.value
            try await eventually("unsubscribed") { try await subscribers() == 0 }
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            try await client.publish("back", to: "x")
            #expect(await iterator.next()?.text == "back")
        }
    }

    @Test("a reader that is too slow loses the oldest messages and is told of it")
    func slowReader() async throws {
        try await withServer(configure: { $0.subscriptionBuffer = 8 }) { client, _ async throws in
            let stream = client.subscribe("x")
            try await eventually("subscribed") { client.statistics.gaps == 1 }
            for number in 0..<50 { try await client.publish(RedisArgument(number), to: "x") }
            try await eventually("all have arrived") { client.statistics.messages == 50 }
            var iterator = stream.makeAsyncIterator()
            var seen: [RedisMessage] = []
            for _ in 0..<8 { if let message = await iterator.next() { seen.append(message) } }
            #expect(seen.contains { $0.isGap })
            try await client.publish("fresh", to: "x")
            #expect(await payload(&iterator) == "fresh")
        }
    }

    @Test("subscriptions end when the client is closed")
    func closed() async throws {
        try await withServer { client, _ async throws in
            var iterator = client.subscribe("x").makeAsyncIterator()
            #expect(await iterator.next()?.isGap == true)
            await client.close()
            #expect(await iterator.next() == nil)
            var late = client.subscribe("x").makeAsyncIterator()
            #expect(await late.next() == nil)
        }
    }
}
