import Glibc
import Hummingbird
import NIOCore

extension FakeProvider {
    /// One way in which a provider can fail.
    package enum Fault: Sendable, Equatable {
        /// An error in the vendor's shape.
        case status(Int, retryAfterSeconds: Int? = nil)
        /// An error in the vendor's shape with these words, which may be what no provider should say.
        case words(Int, String)
        /// The same as an event of a stream, after so many chunks.
        case wordsInStream(afterChunks: Int, String)
        /// A page of a proxy in between, as HTML.
        case html(Int)
        /// No answer, ever.
        case silence
        /// The usual answer, so much later.
        case late(Duration)
        /// The connection is reset after the request has been read.
        case reset
        /// The connection is closed after so many chunks of a stream, or half of a whole answer.
        case cut(afterChunks: Int)
        /// After so many chunks nothing more comes, and the connection stays open.
        case stall(afterChunks: Int)
        /// The stream ends in good order, but without the word for its end (`[DONE]`, `message_stop`, …).
        case withoutDone
        /// An error event in the stream after so many chunks.
        case errorEvent(afterChunks: Int)
        /// 200, and a body that is cut-off JSON but announced as whole.
        case malformedJSON
        /// 200, and a body of so many bytes.
        case huge(Int)
        /// 200 without any `usage`.
        case withoutUsage

        /// The answer for faults that replace it as a whole; nil for those that happen within an answer.
        func response(before context: FakeProviderContext, of vendor: any FakeVendor) async throws -> Response? {
            switch self {
            case .status(let code, let retryAfter):
                let refusal = FakeRefusal(
                    status: code, message: "The fake provider was told to answer \(code).",
                    code: code == 429 ? "rate_limit_exceeded" : nil)
                return FakeProviderAnswer.error(refusal, of: vendor, retryAfterSeconds: retryAfter)
            case .words(let code, let message):
                return FakeProviderAnswer.error(FakeRefusal(status: code, message: message), of: vendor)
            case .html(let code):
                return FakeProviderAnswer.bytes(
                    .init(code: code), "text/html", Array("<html><body><h1>\(code) Bad Gateway</h1></body></html>".utf8)
                )
            case .silence:
                try await Task.sleep(for: .seconds(3600))
                return nil
            case .late(let delay):
                try await Task.sleep(for: delay)
                return nil
            case .reset:
                try await Self.reset(context.channel)
                try await Task.sleep(for: .seconds(3600))
                return nil
            case .malformedJSON:
                return FakeProviderAnswer.bytes(
                    .ok, "application/json", Array(#"{"id":"chatcmpl-1","choices":[{"#.utf8))
            case .huge(let size):
                let padding = [UInt8](repeating: UInt8(ascii: "x"), count: size)
                return FakeProviderAnswer.bytes(
                    .ok, "application/json", Array(#"{"id":""#.utf8) + padding + Array(#""}"#.utf8))
            case .wordsInStream, .cut, .stall, .withoutDone, .errorEvent, .withoutUsage:
                return nil
            }
        }

        /// Closes with a reset instead of an orderly end: lingering for zero seconds drops what is unsent (socket(7)).
        private static func reset(_ channel: any Channel) async throws {
            let options = channel as? any SocketOptionProvider
            try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try await channel.close()
        }
    }
}
