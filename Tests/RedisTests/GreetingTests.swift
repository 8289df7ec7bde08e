import Testing

@testable import Redis

@Suite("The greeting")
struct GreetingTests {
    @Test("it says only what the configuration asks for, and PING last")
    func commands() throws {
        let plain = Greeting(RedisConfiguration(host: "h"))
        #expect(plain.commands == [["CLIENT", "SETNAME", "asterism"], ["PING"]])
        let full = Greeting(try RedisConfiguration(url: "redis://ana:p%40ss@h/3"))
        #expect(
            full.commands
                == [["AUTH", "ana", "p@ss"], ["SELECT", "3"], ["CLIENT", "SETNAME", "asterism"], ["PING"]])
        let password = Greeting(try RedisConfiguration(url: "redis://:secret@h"))
        #expect(password.commands.first == ["AUTH", "secret"])
    }

    @Test("it is done with the last answer")
    func done() {
        var greeting = Greeting(RedisConfiguration(host: "h"))
        #expect(greeting.receive(.status("OK")) == .wait)
        #expect(greeting.receive(.status("PONG")) == .done)
    }

    @Test("a refused name does no harm, a refused password or a server that is loading does")
    func failures() throws {
        var named = Greeting(RedisConfiguration(host: "h"))
        #expect(named.receive(.error("NOPERM")) == .wait)
        #expect(named.receive(.error("LOADING")) == .failed("LOADING"))
        var password = Greeting(try RedisConfiguration(url: "redis://:wrong@h"))
        #expect(password.receive(.error("WRONGPASS")) == .failed("WRONGPASS"))
    }
}
