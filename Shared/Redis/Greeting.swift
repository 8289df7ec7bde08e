/// What is said on a new connection before anybody may use it, and what the answers mean. Pure.
///
/// The last word is PING: only a server that answers it serves commands. One that is still loading its data or wants a
/// password does not.
struct Greeting {
    enum Step: Equatable {
        case wait
        case done
        case failed(String)
    }

    let commands: [[RedisArgument]]
    /// Positions of commands whose failure does no harm.
    private let optional: Set<Int>
    private var received = 0

    init(_ configuration: RedisConfiguration) {
        var commands: [[RedisArgument]] = []
        if let password = configuration.password {
            let words = [configuration.username, password].compactMap { $0 }
            commands.append(["AUTH"] + words.map { RedisArgument($0) })
        }
        if configuration.database != 0 { commands.append(["SELECT", RedisArgument(configuration.database)]) }
        // An access list may forbid this one.
        optional = [commands.count]
        commands.append(["CLIENT", "SETNAME", RedisArgument(configuration.clientName)])
        commands.append(["PING"])
        self.commands = commands
    }

    /// Takes the answers in the order of the commands.
    mutating func receive(_ reply: RedisValue) -> Step {
        defer { received += 1 }
        if case .error(let message) = reply, !optional.contains(received) { return .failed(message) }
        return received == commands.count - 1 ? .done : .wait
    }
}
