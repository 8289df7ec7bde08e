import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Writes one answer as HTTP/1.1 (RFC 9112): of known length as it is, else in chunks.
struct DirectResponseWriter: ResponseBodyWriter {
    /// Up to this an answer is copied behind its head, which is cheaper than a second write.
    private static let copiedBytes = 64 << 10

    private let connection: DirectConnection
    /// The head, until the first bytes of the body go along with it.
    private var head: ByteBuffer?
    private let isChunked: Bool

    /// Returns when all of the answer is written.
    static nonisolated(nonsending) func write(_ response: Response, requestID: String, to connection: DirectConnection)
        async throws
    {
        let length = response.body.contentLength
        var fields = response.headers
        if let length {
            if !fields.contains(.contentLength) { fields[.contentLength] = String(length) }
        } else {
            fields[.transferEncoding] = "chunked"
        }
        let writer = DirectResponseWriter(
            connection: connection, head: Self.head(response.status, fields, requestID, room: length ?? 0),
            isChunked: length == nil)
        try await response.body.write(writer)
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        var output = head ?? ByteBuffer()
        head = nil
        var piece = buffer
        guard isChunked else {
            // A large one is not copied behind its head.
            if output.readableBytes > 0, piece.readableBytes > Self.copiedBytes {
                try await connection.write(output)
                return try await connection.write(piece)
            }
            output.writeBuffer(&piece)
            return try await connection.write(output)
        }
        // An empty chunk would end the body.
        guard piece.readableBytes > 0 else {
            head = output.readableBytes > 0 ? output : nil
            return
        }
        output.writeString(String(piece.readableBytes, radix: 16))
        output.writeStaticString("\r\n")
        output.writeBuffer(&piece)
        output.writeStaticString("\r\n")
        try await connection.write(output)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        var output = head ?? ByteBuffer()
        if isChunked { output.writeStaticString("0\r\n\r\n") }
        if output.readableBytes > 0 { try await connection.write(output) }
    }

    private static func head(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, _ requestID: String, room: Int
    ) -> ByteBuffer {
        // Small answers travel with their head in one write.
        var head = ByteBufferAllocator().buffer(capacity: 1_024 + (room > copiedBytes ? 0 : room))
        head.writeStaticString("HTTP/1.1 ")
        head.writeString(String(status.code))
        head.writeStaticString(" ")
        head.writeString(status.reasonPhrase)
        head.writeStaticString("\r\n")
        for field in fields {
            head.writeString(field.name.rawName)
            head.writeStaticString(": ")
            head.writeString(field.value)
            head.writeStaticString("\r\n")
        }
        head.writeString(
            fields.contains(.cacheControl) ? ResponseHeaders.linesWithoutCacheControl : ResponseHeaders.lines)
        head.writeStaticString("x-request-id: ")
        head.writeString(requestID)
        head.writeStaticString("\r\ndate: ")
        head.writeString(HTTPDate.now)
        head.writeStaticString("\r\n\r\n")
        return head
    }
}
