import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A stream that a response will ask for, once. When the client has gone before that, nobody asks; the end of this object
/// is what shows it, and the stream is then read for its usage as if the client had gone in the middle.
final class StreamOffer: Sendable {
    private let stream: AnswerStream
    private let isTaken = Atomic(false)

    init(_ stream: AnswerStream) {
        self.stream = stream
    }

    /// The stream, the first time.
    func take() -> AnswerStream? {
        isTaken.exchange(true, ordering: .acquiringAndReleasing) ? nil : stream
    }

    deinit {
        guard let stream = take() else { return }
        Task.detached {
            var writer: any ResponseBodyWriter = GoneClient()
            do {
                try await stream.run(&writer)
            } catch is GoneClient.Gone {
                // The expected end: the call has been recorded.
            } catch {
                stream.open.logger.error("an abandoned stream", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// A client that takes nothing any more.
private struct GoneClient: ResponseBodyWriter {
    struct Gone: Error {}

    mutating func write(_ buffer: ByteBuffer) async throws { throw Gone() }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
