import Foundation
import NIOCore
import NIOPosix

/// A TCP connection on which a test writes and reads bytes as they are.
final class RawConnection: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private init(_ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>) {
        self.channel = channel
    }

    /// Connects to a port of this machine and closes the connection after `body`.
    static func open<Value: Sendable>(
        port: Int, _ body: @escaping @Sendable (inout Conversation) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = Conversation(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&conversation)
        }
    }

    struct Conversation {
        var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        private var rest = ""

        init(
            inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
            outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) {
            self.inbound = inbound
            self.outbound = outbound
        }

        func send(_ text: String) async throws {
            try await outbound.write(ByteBuffer(string: text))
        }

        /// Says that nothing more will be sent.
        func finish() {
            outbound.finish()
        }

        /// One answer with a length, or in chunks; nil when the connection ends before it.
        mutating func answer() async throws -> RawAnswer? {
            while true {
                if let (answer, rest) = RawAnswer.first(in: rest) {
                    self.rest = rest
                    return answer
                }
                guard let bytes = try await inbound.next() else { return nil }
                rest += String(buffer: bytes)
            }
        }

        /// Whether the other side has ended the connection; waits until it has, or says something.
        mutating func isEnded() async throws -> Bool {
            try await inbound.next() == nil
        }
    }
}

/// The text of one answer. For ASCII alone, where characters are bytes.
struct RawAnswer: Sendable, Equatable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: String

    static func first(in text: String) -> (RawAnswer, rest: String)? {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (
                line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
        let headers = Dictionary(pairs) { $0 + ", " + $1 }
        let rest = text[end.upperBound...]
        guard headers["transfer-encoding"] != "chunked" else {
            guard let last = rest.range(of: "0\r\n\r\n") else { return nil }
            return (
                RawAnswer(status: status, headers: headers, body: String(rest[..<last.lowerBound])),
                String(rest[last.upperBound...])
            )
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard rest.utf8.count >= length else { return nil }
        return (
            RawAnswer(status: status, headers: headers, body: String(rest.prefix(length))),
            String(rest.dropFirst(length))
        )
    }
}
