/// Why a command has no result.
package struct RedisError: Error, Sendable, Equatable {
    package enum Code: Sendable, Equatable {
        /// The server answered with an error; `serverCode` is its first word, such as `WRONGTYPE` or `NOSCRIPT`.
        case server
        /// There is no connection and the last attempt to make one failed. The command was not sent.
        case unavailable
        /// The connection broke after the command was sent: it may have been executed.
        case connectionLost
        /// No answer in time: the command may have been or may yet be executed.
        case timeout
        /// The task was cancelled: the command may have been or may yet be executed.
        case cancelled
        /// More commands wait for their answers than the configuration allows. The command was not sent.
        case overloaded
        /// The client is shut down. The command was not sent.
        case closed
        /// The command cannot be used on a shared connection, is empty, or the URL cannot be used. Nothing was sent.
        case invalid
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The first word of a server's error; nil for errors of another origin.
    package var serverCode: String? {
        guard code == .server else { return nil }
        return message.split(separator: " ", maxSplits: 1).first.map(String.init)
    }
}

extension RedisError: CustomStringConvertible {
    package var description: String { "redis \(code): \(message)" }
}
