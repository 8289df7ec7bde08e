/// A reply of the server.
package enum RedisValue: Sendable, Hashable {
    case null
    /// A simple string, such as `OK`.
    case status(String)
    case bytes([UInt8])
    case integer(Int64)
    case array([RedisValue])
    /// An error inside of an array. One that answers a whole command is thrown instead.
    case error(String)
}

extension RedisValue {
    package var isNull: Bool { self == .null }

    /// The bytes of a string; nil for anything else.
    package var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .null, .integer, .array, .error: nil
        }
    }

    /// The text of a string that is valid UTF-8; nil for anything else.
    package var string: String? {
        switch self {
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .status(let text): text
        case .null, .integer, .array, .error: nil
        }
    }

    /// An integer, or a string that is one, as counters are given out by GET; nil for anything else.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bytes, .status: string.flatMap { Int64($0) }
        case .null, .array, .error: nil
        }
    }

    package var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
