/// Whether an answer says all that its model had to say, and was not cut off by a limit or a filter.
enum AnswerCompleteness {
    /// Where the dialects say that an answer was cut off. Inside of a text its quotes would be escaped.
    private static let cutOff: [(member: String, values: [String])] = [
        ("finish_reason", ["length", "content_filter"]),
        ("stop_reason", ["max_tokens", "model_context_window_exceeded"]),
        ("status", ["incomplete"]),
    ]

    /// - Parameter bytes: A whole answer, or the events of a stream, in any client's dialect.
    static func isComplete(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while let quote = bytes[index...].firstIndex(of: UInt8(ascii: "\"")) {
            index = quote + 1
            for (member, values) in cutOff where bytes[index...].starts(with: member.utf8) {
                if let value = value(in: bytes, after: index + member.utf8.count),
                    values.contains(where: {
                        value.starts(with: $0.utf8) && value.dropFirst($0.utf8.count).first == 0x22
                    })
                {
                    return false
                }
            }
        }
        return true
    }

    /// What follows `":` and the opening quote of a text.
    private static func value(in bytes: [UInt8], after end: Int) -> ArraySlice<UInt8>? {
        var rest = bytes[end...]
        for expected in [UInt8(ascii: "\""), UInt8(ascii: ":"), UInt8(ascii: "\"")] {
            while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                rest.removeFirst()
            }
            guard rest.popFirst() == expected else { return nil }
        }
        return rest
    }
}
