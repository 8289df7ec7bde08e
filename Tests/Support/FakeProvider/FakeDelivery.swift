import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Sends answers, with the faults that happen within them.
enum FakeDelivery {
    private struct Broken: Error {}

    static func whole(_ bytes: [UInt8], fault: FakeProvider.Fault?) -> Response {
        guard case .cut = fault else { return FakeProviderAnswer.bytes(.ok, "application/json", bytes) }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                throw Broken()
            })
    }

    static func stream(_ stream: FakeStream, of vendor: any FakeVendor, fault: FakeProvider.Fault?) -> Response {
        Response(
            status: .ok, headers: [.contentType: stream.contentType, .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                // Vendors without a word for the end say it by their last piece.
                let isCut = fault == .withoutDone && stream.ending.isEmpty
                for (index, piece) in stream.pieces.dropLast(isCut ? 1 : 0).enumerated() {
                    try await interrupt(before: index, fault, vendor, &writer)
                    try await writer.write(ByteBuffer(bytes: piece))
                }
                if fault != .withoutDone { try await writer.write(ByteBuffer(bytes: stream.ending)) }
                try await writer.finish(nil)
            })
    }

    /// A stream that does not fail, and is noted as far as it comes.
    static func stream(_ stream: FakeStream, of provider: FakeProvider) -> Response {
        let (number, pause) = provider.state.withLock { state in
            state.passages.append(FakeProvider.Passage())
            return (state.passages.count - 1, state.pause)
        }
        return Response(
            status: .ok, headers: [.contentType: stream.contentType, .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                do {
                    for piece in stream.pieces + [stream.ending] {
                        if let pause { try await Task.sleep(for: pause) }
                        try await writer.write(ByteBuffer(bytes: piece))
                        provider.state.withLock { $0.passages[number].chunks += 1 }
                    }
                    try await writer.finish(nil)
                } catch {
                    provider.state.withLock { $0.passages[number].isBroken = true }
                    throw error
                }
                provider.state.withLock { $0.passages[number].isWhole = true }
            })
    }

    private static func interrupt(
        before index: Int, _ fault: FakeProvider.Fault?, _ vendor: any FakeVendor,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        switch fault {
        case .cut(let chunks) where index == chunks: throw Broken()
        case .stall(let chunks) where index == chunks: try await Task.sleep(for: .seconds(3600))
        case .errorEvent(let chunks) where index == chunks:
            try await writer.write(ByteBuffer(bytes: vendor.errorEvent))
            throw Broken()
        case .wordsInStream(let chunks, let message) where index == chunks:
            let refusal = FakeRefusal(status: 500, message: message)
            try await writer.write(ByteBuffer(bytes: FakeProviderAnswer.event(vendor.error(refusal))))
            throw Broken()
        default: break
        }
    }
}
