/// Takes an `application/vnd.amazon.eventstream` apart (AWS SDKs, "Amazon Event Stream Specification"): lengths, headers
/// and payload, each message with a CRC-32 of its prelude and of itself.
struct AWSEventStream: Sendable {
    struct Message: Sendable, Equatable {
        /// Those that are strings; the others carry nothing that is needed here.
        var headers: [String: String]
        var payload: [UInt8]
    }

    /// As for server-sent events: more than any model sends in one message.
    private static let maximumBytes = 1 << 20
    /// Total length, length of the headers, CRC of both.
    private static let preludeBytes = 12

    private var pending: [UInt8] = []

    /// Whether the stream, if it ended here, would have cut a message short.
    var isInsideMessage: Bool { !pending.isEmpty }

    /// The messages that `bytes` complete.
    ///
    /// - Throws: When a checksum is wrong or a message too large; the rest cannot be read.
    mutating func feed(_ bytes: [UInt8]) throws(TranslationError) -> [Message] {
        pending += bytes
        var messages: [Message] = []
        var start = 0
        while pending.count - start >= Self.preludeBytes {
            let total = Int(Self.number(pending, start))
            guard total >= Self.preludeBytes + 4, total <= Self.maximumBytes else {
                throw .malformedAnswer("an event of impossible length")
            }
            guard CRC32.checksum(pending[start..<(start + 8)]) == Self.number(pending, start + 8) else {
                throw .malformedAnswer("an event whose prelude has the wrong checksum")
            }
            guard pending.count - start >= total else { break }
            messages.append(try Self.message(pending[start..<(start + total)]))
            start += total
        }
        pending.removeFirst(start)
        return messages
    }

    private static func message(_ bytes: ArraySlice<UInt8>) throws(TranslationError) -> Message {
        let all = Array(bytes)
        let end = all.count - 4
        guard CRC32.checksum(all[..<end]) == number(all, end) else {
            throw .malformedAnswer("an event with the wrong checksum")
        }
        let headersEnd = preludeBytes + Int(number(all, 4))
        guard headersEnd <= end else { throw .malformedAnswer("an event whose headers are longer than itself") }
        return Message(
            headers: try headers(all[preludeBytes..<headersEnd]), payload: Array(all[headersEnd..<end]))
    }

    private static func headers(_ bytes: ArraySlice<UInt8>) throws(TranslationError) -> [String: String] {
        var headers: [String: String] = [:]
        var rest = bytes
        func take(_ count: Int) throws(TranslationError) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw .malformedAnswer("a header that is cut off") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func length(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        while !rest.isEmpty {
            let name = String(decoding: try take(length(try take(1))), as: UTF8.self)
            // The types by number: true, false, byte, short, int, long, bytes, string, timestamp, UUID.
            switch length(try take(1)) {
            case 0, 1: break
            case 2: _ = try take(1)
            case 3: _ = try take(2)
            case 4: _ = try take(4)
            case 5, 8: _ = try take(8)
            case 6: _ = try take(length(try take(2)))
            case 7: headers[name] = String(decoding: try take(length(try take(2))), as: UTF8.self)
            case 9: _ = try take(16)
            default: throw .malformedAnswer("a header of unknown type")
            }
        }
        return headers
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
