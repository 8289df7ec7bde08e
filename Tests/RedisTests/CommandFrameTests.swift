import Testing

@testable import Redis

@Suite("Commands before they are sent")
struct CommandFrameTests {
    @Test("words keep their bytes and lengths, empty ones too")
    func words() {
        let frame = CommandFrame(["SET", RedisArgument([0, 13, 10]), ""])
        #expect(frame.lengths == [3, 3, 0])
        #expect(frame.bytes == Array("SET".utf8) + [0, 13, 10])
    }

    @Test(
        "a command that changes or holds the shared connection is refused, in any case of letters",
        arguments: ["SUBSCRIBE", "subscribe", "Monitor", "MULTI", "select", "BLPOP", "AUTH", "PUNSUBSCRIBE", "QUIT"])
    func refused(name: String) {
        #expect(CommandFrame([RedisArgument(name), "x"]).refusal()?.code == .invalid)
    }

    @Test("an empty command is refused")
    func empty() {
        #expect(CommandFrame([]).refusal()?.code == .invalid)
        #expect(CommandFrame([""]).refusal()?.code == .invalid)
    }

    @Test("ordinary commands pass", arguments: ["GET", "SET", "EVALSHA", "ping", "INCRBY", "PUBLISH"])
    func allowed(name: String) {
        #expect(CommandFrame([RedisArgument(name), "x"]).refusal() == nil)
    }
}
