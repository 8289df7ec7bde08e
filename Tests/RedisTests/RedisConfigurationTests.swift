import Redis
import Testing

@Suite("The Redis URL")
struct RedisConfigurationTests {
    @Test("everything in it is read, percent-encoding included")
    func complete() throws {
        let configuration = try RedisConfiguration(url: "redis://ana:p%40ss%2Fw@cache.internal:7000/5")
        #expect(configuration.host == "cache.internal")
        #expect(configuration.port == 7000)
        #expect(configuration.username == "ana")
        #expect(configuration.password == "p@ss/w")
        #expect(configuration.database == 5)
    }

    @Test("what is missing has a default")
    func short() throws {
        let configuration = try RedisConfiguration(url: "redis://[::1]")
        #expect(configuration.host == "::1")
        #expect(configuration.port == 6379)
        #expect(configuration.password == nil)
        #expect(configuration.database == 0)
    }

    @Test(
        "what cannot be used is refused",
        arguments: [
            "", "redis://", "localhost:6379", "rediss://h", "http://h", "redis://h/x", "redis://h/-1", "redis://h/1/2",
            "redis://user@h",
        ])
    func refused(url: String) {
        #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
    }

    @Test("the password is in no description, dump or error")
    func secrecy() throws {
        let configuration = try RedisConfiguration(url: "redis://:hunter2@h/1")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("hunter2"))
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: "redis://:hunter2@h/x") }
        #expect(!"\(String(describing: error))".contains("hunter2"))
    }
}
