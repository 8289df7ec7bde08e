import Foundation

/// Where the server is and how long and how much to wait for it.
package struct RedisConfiguration: Sendable {
    package var host: String
    package var port: Int
    package var username: String?
    package var password: String?
    package var database: Int
    /// Shown by `CLIENT LIST`.
    package var clientName = "asterism"
    /// Commands share these connections, each of which has any number of commands under way. One already keeps the
    /// single thread of a server busy; the second keeps small commands from waiting behind a large answer.
    package var connections = 2
    /// Name resolution, connect and greeting together.
    package var connectTimeout: Duration = .seconds(2)
    /// From the call to the answer. Redis answers in well under a millisecond; what takes a second is an outage.
    package var commandTimeout: Duration = .seconds(1)
    /// How many commands may wait for their answers, over all connections. 4,096 at a millisecond each is more than
    /// the server can do; what exceeds it would only time out.
    package var maximumInFlight = 4_096
    /// Reconnection waits a random time up to `backoffBase · 2ⁿ`, at most `backoffLimit` (full jitter).
    package var backoffBase: Duration = .milliseconds(50)
    package var backoffLimit: Duration = .seconds(5)
    /// How often a quiet subscription is checked to be alive.
    package var heartbeatInterval: Duration = .seconds(10)
    /// Messages that wait for a slow reader of one subscription; the oldest give way and the reader is told.
    package var subscriptionBuffer = 1_024

    package init(host: String, port: Int = 6379, database: Int = 0) {
        self.host = host
        self.port = port
        self.database = database
    }

    /// Reads `redis://[user][:password]@host[:port][/database]`; what is special in a password is percent-encoded.
    ///
    /// `rediss://` is refused: hiredis 0.14 has no TLS, and a silent fallback to plain text would be worse.
    package init(url: String) throws(RedisError) {
        guard let components = URLComponents(string: url), let host = components.host, !host.isEmpty else {
            throw RedisError(.invalid, "the Redis URL has no host")
        }
        guard components.scheme == "redis" else {
            throw RedisError(.invalid, "the Redis URL has to begin with redis:// (TLS is not available)")
        }
        let path = components.path.split(separator: "/", omittingEmptySubsequences: true)
        guard path.count <= 1, let database = path.first.map({ Int($0) }) ?? 0, database >= 0 else {
            throw RedisError(.invalid, "the path of the Redis URL is not the number of a database")
        }
        // URLComponents keeps the brackets of an IPv6 address.
        self.init(
            host: host.trimmingCharacters(in: ["[", "]"]), port: components.port ?? 6379, database: database)
        username = components.user.flatMap { $0.isEmpty ? nil : $0 }
        password = components.password.flatMap { $0.isEmpty ? nil : $0 }
        guard username == nil || password != nil else {
            throw RedisError(.invalid, "the Redis URL has a user without a password")
        }
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // Without the password, so that a configuration can be logged.
    package var description: String { "redis://\(host):\(port)/\(database)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
