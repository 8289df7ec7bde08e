import Testing

@testable import Redis

@Suite("The registry of subscriptions")
struct SubscriptionRegistryTests {
    @Test("the server is told of the first listener of a channel and of the last to leave")
    func edges() {
        var registry = SubscriptionRegistry<String>()
        #expect(registry.add("a", id: 1, to: "x") == true)
        #expect(registry.add("b", id: 2, to: "x") == false)
        #expect(registry.add("c", id: 3, to: "y") == true)
        #expect(registry.channelNames == ["x", "y"])
        #expect(registry.listeners(to: "x") == ["a", "b"])
        #expect(registry.remove(id: 1, from: "x") == false)
        #expect(registry.remove(id: 2, from: "x") == true)
        #expect(registry.listeners(to: "x").isEmpty)
        #expect(registry.channelNames == ["y"])
    }

    @Test("leaving twice, or from another channel, tells the server nothing")
    func strangers() {
        var registry = SubscriptionRegistry<String>()
        _ = registry.add("a", id: 1, to: "x")
        #expect(registry.remove(id: 1, from: "y") == false)
        #expect(registry.remove(id: 9, from: "x") == false)
        #expect(registry.remove(id: 1, from: "x") == true)
        #expect(registry.remove(id: 1, from: "x") == false)
        #expect(registry.isEmpty)
    }

    @Test("all listeners are given back at the end")
    func end() {
        var registry = SubscriptionRegistry<String>()
        _ = registry.add("a", id: 1, to: "x")
        _ = registry.add("b", id: 2, to: "y")
        #expect(registry.removeAll().sorted() == ["a", "b"])
        #expect(registry.isEmpty)
    }
}
