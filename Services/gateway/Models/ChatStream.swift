import Contracts
import CurlClient
import Foundation
import Hummingbird
import NIOCore
import ServiceKit

/// One streamed answer on its way through.
///
/// - The provider finishes: the call is recorded, then the client gets its `[DONE]`.
/// - The provider breaks off: the client gets an error event and no `[DONE]`; what was used is estimated.
/// - The client goes: the rest is read for its exact usage, for `drainTime` and `drainBytes` at most.
struct ChatStream: Sendable {
    /// Most answers end within it; past it the provider's generation is cut off by closing the connection.
    private static let drainTime = Duration.seconds(30)
    private static let drainBytes = 4 << 20

    let open: OpenCall
    let body: ResponseBodyStream

    func run(_ writer: inout any ResponseBodyWriter) async throws {
        var relay = EventStreamRelay(hidesUsageChunk: open.call.hidesUsageChunk)
        var client = ClientSide()
        var chunks = body.makeAsyncIterator()
        let failure = await pass(&chunks, &relay, &client, &writer)
        do {
            try await open.finish(outcome(relay, failure, client))
        } catch {
            if client.error == nil {
                try await end(
                    with: OpenAIError(APIError.from(error, method: "POST", allowed: [])).event, &writer)
            }
            return
        }
        if let error = client.error { throw error }
        if relay.reportedError {
            try await writer.finish(nil)
        } else {
            try await end(with: failure?.error.event ?? EventStreamRelay.ending, &writer)
        }
        // Usually the end of the body, after which the connection can be used again.
        if failure == nil { _ = try? await chunks.next() }
    }

    private struct ClientSide {
        var error: (any Error)?
        var goneAt: ContinuousClock.Instant?
        var drained = 0
    }

    /// Passes the events on until the stream ends, one way or another.
    ///
    /// - Returns: Nil when the provider finished its answer.
    private func pass(
        _ chunks: inout ResponseBodyStream.AsyncIterator, _ relay: inout EventStreamRelay,
        _ client: inout ClientSide, _ writer: inout any ResponseBodyWriter
    ) async -> ProviderFailure? {
        do {
            while !relay.isComplete, let bytes = try await chunks.next() {
                let output = try relay.feed(bytes)
                if client.error != nil {
                    client.drained += bytes.count
                    if isDrained(client) { return .brokenStream("client gone, rest not read") }
                } else if !output.isEmpty {
                    await send(output, &client, &writer)
                }
            }
        } catch let error as CurlError {
            return relay.isComplete ? nil : .brokenStream("\(error.code)")
        } catch let error as EventStreamRelay.Failure {
            return .brokenStream("\(error)")
        } catch {
            return .brokenStream("cancelled")
        }
        if relay.isComplete { return nil }
        return .brokenStream(relay.reportedError ? "error event" : "ended without [DONE]")
    }

    private func send(
        _ output: [UInt8], _ client: inout ClientSide, _ writer: inout any ResponseBodyWriter
    ) async {
        do {
            try await writer.write(ByteBuffer(bytes: output))
        } catch {
            client.error = error
            client.goneAt = .now
        }
    }

    private func isDrained(_ client: ClientSide) -> Bool {
        guard let goneAt = client.goneAt else { return false }
        return client.drained > Self.drainBytes || goneAt.duration(to: .now) > Self.drainTime
    }

    private func end(with event: [UInt8], _ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(bytes: event))
        try await writer.finish(nil)
    }

    private func outcome(_ relay: EventStreamRelay, _ failure: ProviderFailure?, _ client: ClientSide) -> CallOutcome {
        let reason = failure?.reason ?? (client.error == nil ? nil : "client gone")
        let result: CallOutcome =
            relay.usage.map { .success($0) }
            ?? .estimate(
                UsageEstimate.usage(
                    requestBytes: open.call.request.body.count, answerTokens: relay.contentChunks),
                result: .success, reason: nil)
        var outcome = result
        outcome.reason = reason
        if failure != nil { outcome.result = .failure }
        return outcome
    }
}
