import CHiredis

/// Copies a reply out of hiredis, which frees its own as soon as the callback returns.
enum ReplyReader {
    /// hiredis itself refuses replies nested deeper than its reader's stack of nine.
    static func value(of reply: UnsafePointer<redisReply>) -> RedisValue {
        let reply = unsafe reply.pointee
        switch unsafe reply.type {
        case REDIS_REPLY_STRING: return unsafe .bytes(bytes(reply))
        case REDIS_REPLY_STATUS: return unsafe .status(String(decoding: bytes(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: return unsafe .error(String(decoding: bytes(reply), as: UTF8.self))
        case REDIS_REPLY_INTEGER: return unsafe .integer(reply.integer)
        case REDIS_REPLY_ARRAY: return unsafe .array(elements(reply))
        default: return .null
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        guard let text = unsafe reply.str else { return [] }
        let raw = unsafe UnsafeRawBufferPointer(start: text, count: reply.len)
        return unsafe Array(raw)
    }

    private static func elements(_ reply: redisReply) -> [RedisValue] {
        guard let elements = unsafe reply.element else { return [] }
        return unsafe (0..<reply.elements).map { index in
            guard let element = unsafe elements[index] else { return .null }
            return unsafe value(of: element)
        }
    }
}
