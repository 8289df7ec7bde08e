/// One word of a command. Any bytes are allowed and none is special: a command is sent as a vector, never as a text
/// that is parsed again.
package struct RedisArgument: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(_ number: some BinaryInteger) {
        bytes = Array(String(number).utf8)
    }
}

extension RedisArgument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self.init(value) }
    package init(integerLiteral value: Int64) { self.init(value) }
}
