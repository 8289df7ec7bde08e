extension RedisClient {
    /// Nil when there is no such key.
    package func get(_ key: RedisArgument) async throws -> [UInt8]? {
        try await command(["GET", key]).bytes
    }

    /// - Parameters:
    ///   - expiry: After which the key is gone; whole milliseconds, at least one. Nil keeps it for ever.
    ///   - onlyIfAbsent: Leaves a key that exists as it is.
    /// - Returns: Whether the value was set.
    @discardableResult
    package func set(
        _ key: RedisArgument, to value: RedisArgument, expiry: Duration? = nil, onlyIfAbsent: Bool = false
    ) async throws -> Bool {
        var arguments: [RedisArgument] = ["SET", key, value]
        if let expiry { arguments += ["PX", RedisArgument(max(1, expiry.wholeMilliseconds))] }
        if onlyIfAbsent { arguments.append("NX") }
        return try await !command(arguments).isNull
    }

    /// How many of the keys were there.
    @discardableResult
    package func delete(_ keys: [RedisArgument]) async throws -> Int {
        guard !keys.isEmpty else { return 0 }
        return Int(try await command(["DEL"] + keys).integer ?? 0)
    }

    /// How many subscribers got the message, which is no proof that they read it.
    @discardableResult
    package func publish(_ payload: RedisArgument, to channel: RedisArgument) async throws -> Int {
        Int(try await command(["PUBLISH", channel, payload]).integer ?? 0)
    }

    /// Runs a script by its digest, and by its text where the server does not know it: at first, and after it was
    /// restarted or flushed. A script that was refused as unknown has not run, so this never runs it twice.
    package func eval(
        _ script: RedisScript, keys: [RedisArgument] = [], arguments: [RedisArgument] = [], timeout: Duration? = nil
    ) async throws -> RedisValue {
        let rest = [RedisArgument(keys.count)] + keys + arguments
        if script.digest == nil {
            script.digest = try await command(["SCRIPT", "LOAD", RedisArgument(script.source)], timeout: timeout).string
        }
        do {
            return try await command(["EVALSHA", RedisArgument(script.digest ?? "")] + rest, timeout: timeout)
        } catch let error as RedisError where error.serverCode == "NOSCRIPT" {
            return try await command(["EVAL", RedisArgument(script.source)] + rest, timeout: timeout)
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
