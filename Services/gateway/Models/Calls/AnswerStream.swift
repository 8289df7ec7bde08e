import Contracts
import CurlClient
import Foundation
import Hummingbird
import NIOCore
import ServiceKit

/// One streamed answer on its way through.
///
/// - The provider finishes: the call is recorded, then the client gets the end.
/// - The provider breaks off: the client gets an error event and no end; what was used is estimated.
/// - The client goes: the rest is read for its exact usage, for `drainTime` and `drainBytes` at most, or the provider is
///   cut off, as the tenant chose.
struct AnswerStream: Sendable {
    /// Most answers end within it; past it the provider's generation is cut off by closing the connection.
    private static let drainTime = Duration.seconds(30)
    private static let drainBytes = 4 << 20

    let open: OpenAttempt
    private let relay: any AnswerRelay
    private let body: ResponseBodyStream
    /// For an answer that may be given again.
    private let collector: AnswerCollector?
    private let keep: CallDelivery.Keep?
    private let firstToken: Duration
    /// What the client gets first.
    private let beginning: [UInt8]

    /// Reads until the answer itself begins, so that until then another provider can take over unseen.
    ///
    /// - Throws: `ProviderFailure` when it does not begin.
    static func begin(
        _ open: OpenAttempt, _ relay: any AnswerRelay, _ body: ResponseBodyStream, _ keep: CallDelivery.Keep?
    ) async throws(ProviderFailure) -> AnswerStream {
        var relay = relay
        var collector = keep.map { _ in AnswerCollector(open.attempt.provider.adapter.makeStreamDecoder()) }
        var output: [UInt8] = []
        var chunks = body.makeAsyncIterator()
        do {
            while !relay.hasContent, !relay.isComplete, relay.failure == nil {
                guard let bytes = try await chunks.next() else {
                    output += try relay.finish()
                    guard relay.isComplete else { throw ProviderFailure.brokenStream("ended before it began") }
                    break
                }
                output += try relay.feed(bytes)
                collector?.feed(bytes)
            }
        } catch {
            throw ProviderFailure(stream: error)
        }
        if let failure = relay.failure, !relay.hasContent { throw failure }
        return AnswerStream(
            open: open, relay: relay, body: body, collector: collector, keep: keep, firstToken: open.elapsed,
            beginning: output)
    }

    func run(_ writer: inout any ResponseBodyWriter) async throws {
        var passage = Passage(relay: relay, collector: collector)
        var chunks = body.makeAsyncIterator()
        await passage.send(beginning, &writer)
        let failure = await pass(&chunks, &passage, &writer)
        do {
            let outcome = outcome(passage, failure)
            try await open.finish(outcome, result(passage, failure))
            keepAnswer(passage, outcome)
        } catch {
            if passage.clientError == nil {
                try await end(with: event(OpenAIError(APIError.from(error, method: "POST", allowed: []))), &writer)
            }
            return
        }
        if let error = passage.clientError { throw error }
        let error = failure.map { open.attempt.provider.secrets.removed(from: $0.error) }
        try await end(with: error.map(event) ?? passage.relay.ending, &writer)
        // Usually the end of the body, after which the connection can be used again.
        if failure == nil { _ = try? await chunks.next() }
    }

    /// Both sides of the stream as it goes on.
    private struct Passage {
        var relay: any AnswerRelay
        var collector: AnswerCollector?
        var clientError: (any Error)?
        private var goneAt: ContinuousClock.Instant?
        private var drained = 0

        init(relay: any AnswerRelay, collector: AnswerCollector?) {
            self.relay = relay
            self.collector = collector
        }

        mutating func feed(_ bytes: [UInt8]) throws(RelayFailure) -> [UInt8] {
            collector?.feed(bytes)
            return try relay.feed(bytes)
        }

        mutating func finish() throws(RelayFailure) -> [UInt8] {
            collector?.finish()
            return try relay.finish()
        }

        mutating func send(_ output: [UInt8], _ writer: inout any ResponseBodyWriter) async {
            guard clientError == nil, !output.isEmpty else { return }
            do {
                try await writer.write(ByteBuffer(bytes: output))
            } catch {
                clientError = error
                goneAt = .now
            }
        }

        /// Whether the client has gone and enough of the rest has been read.
        mutating func isDrained(_ count: Int) -> Bool {
            guard let goneAt else { return false }
            drained += count
            return drained > drainBytes || goneAt.duration(to: .now) > drainTime
        }
    }

    /// Passes the events on until the stream ends, one way or another.
    ///
    /// - Returns: Nil when the provider finished its answer.
    private func pass(
        _ chunks: inout ResponseBodyStream.AsyncIterator, _ passage: inout Passage,
        _ writer: inout any ResponseBodyWriter
    ) async -> ProviderFailure? {
        do {
            while !passage.relay.isComplete, passage.relay.failure == nil {
                guard let bytes = try await chunks.next() else {
                    await passage.send(try passage.finish(), &writer)
                    break
                }
                await passage.send(try passage.feed(bytes), &writer)
                if passage.clientError != nil, aborts { return .brokenStream("client gone, answer cut off") }
                if passage.isDrained(bytes.count) { return .brokenStream("client gone, rest not read") }
            }
        } catch {
            return passage.relay.isComplete ? nil : ProviderFailure(stream: error)
        }
        if passage.relay.isComplete { return nil }
        return passage.relay.failure ?? .brokenStream("ended without its end")
    }

    /// The tenant wants no answer to be read on for a client that has gone.
    private var aborts: Bool { open.call.profile.settings.clientGone == .abort }

    private func result(_ passage: Passage, _ failure: ProviderFailure?) -> AttemptResult {
        if let failure { return passage.clientError == nil ? AttemptResult(failure) : .abandoned }
        return .answered(firstToken: firstToken, total: open.elapsed)
    }

    private func keepAnswer(_ passage: Passage, _ outcome: CallOutcome) {
        guard let keep, passage.relay.isComplete, let dialect = open.call.request.dialect.implementation,
            let completion = passage.collector?.answer
        else { return }
        let body = dialect.answer(completion, in: open.call.answerContext())
        if let kept = FinishedAnswer(body: body, outcome: outcome, open: open).kept { keep(kept) }
    }

    private func event(_ error: OpenAIError) -> [UInt8] {
        open.call.request.dialect.implementation?.event(of: error) ?? error.event
    }

    private func end(with event: [UInt8], _ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(bytes: event))
        try await writer.finish(nil)
    }

    private func outcome(_ passage: Passage, _ failure: ProviderFailure?) -> CallOutcome {
        let relay = passage.relay
        let reason = failure?.reason ?? (passage.clientError == nil ? nil : "client gone")
        if let usage = relay.usage, relay.isComplete {
            var outcome = CallOutcome.success(usage)
            outcome.reason = reason
            return outcome
        }
        let counted = UsageEstimate.usage(
            requestBytes: open.call.request.body.count, answerTokens: relay.contentPieces)
        let usage = relay.usage.map { $0.atLeast(completion: counted.completion) } ?? counted
        return .estimate(usage, result: failure == nil ? .success : .failure, reason: reason)
    }
}
