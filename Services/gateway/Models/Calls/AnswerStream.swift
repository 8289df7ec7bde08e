import Contracts
import CurlClient
import Foundation
import Hummingbird
import NIOCore
import ServiceKit

/// One streamed answer on its way through.
///
/// - The provider finishes: the call is recorded, then the client gets the end.
/// - The provider breaks off: what was used is estimated, and another one carries the answer on, where that is wanted and
///   can be done; otherwise the client gets an error event and no end.
/// - The budget ends, where the hold grows with the stream: the provider is cut off, and the client gets an error event
///   likewise.
/// - The client goes: the rest is read for its exact usage, within the bounds of `StreamPassage`, or the provider is cut
///   off, as the tenant chose.
struct AnswerStream: Sendable {
    let open: OpenAttempt
    private let passage: StreamPassage
    private let body: ResponseBodyStream
    private let keep: CallDelivery.Keep?
    /// Who goes on when the provider breaks off; nil where nobody does.
    private let continuation: StreamContinuation?
    private let firstToken: Duration
    /// What the client gets first.
    private let beginning: [UInt8]
    /// What has come and is not paid for yet.
    private let unread: ArraySlice<UInt8>

    /// Reads until the answer itself begins, so that until then another provider can take over unseen.
    ///
    /// - Throws: `ProviderFailure` when it does not begin.
    static func begin(
        _ open: OpenAttempt, _ relay: any AnswerRelay, _ body: ResponseBodyStream, _ keep: CallDelivery.Keep?,
        _ continuation: StreamContinuation?
    ) async throws(ProviderFailure) -> AnswerStream {
        var passage = StreamPassage(open, relay, isKept: keep != nil, mayContinue: continuation != nil)
        var output: [UInt8] = []
        var unread: ArraySlice<UInt8> = []
        var chunks = body.makeAsyncIterator()
        do {
            while !passage.relay.hasContent, passage.goesOn {
                guard let bytes = try await chunks.next() else {
                    output += try passage.finish()
                    guard passage.relay.isComplete else { throw ProviderFailure.brokenStream("ended before it began") }
                    break
                }
                guard passage.isPaidByStep else {
                    output += try passage.feed(bytes)
                    continue
                }
                unread = bytes[...]
                while !unread.isEmpty, !passage.relay.hasContent, passage.goesOn {
                    let portion = passage.portion(of: unread)
                    output += try passage.feed(Array(portion))
                    unread = unread.dropFirst(portion.count)
                }
            }
        } catch {
            throw ProviderFailure(stream: error)
        }
        if let failure = passage.relay.failure, !passage.relay.hasContent { throw failure }
        return AnswerStream(
            open: open, passage: passage, body: body, keep: keep, continuation: continuation,
            firstToken: open.elapsed, beginning: output, unread: unread)
    }

    func run(_ writer: inout any ResponseBodyWriter) async throws {
        var passage = passage
        var chunks = body.makeAsyncIterator()
        await passage.send(beginning, &writer)
        let failure = await pass(&chunks, &passage, &writer)
        var rest: AnswerStream?
        do {
            let outcome = outcome(passage, failure)
            if let failure, let continuation {
                rest = try await self.rest(passage, failure, outcome, continuation)
            }
            if rest == nil { try await open.finish(outcome, result(passage, failure)) }
            keepAnswer(passage, outcome)
        } catch {
            if passage.clientError == nil {
                try await end(with: event(OpenAIError(APIError.from(error, method: "POST", allowed: []))), &writer)
            }
            return
        }
        if let rest { return try await rest.run(&writer) }
        if let error = passage.clientError { throw error }
        let error = failure.map { open.attempt.provider.secrets.removed(from: $0.error) }
        try await end(with: error.map(event) ?? passage.relay.ending, &writer)
        // Usually the end of the body, after which the connection can be used again.
        if failure == nil { _ = try? await chunks.next() }
    }

    /// What another provider makes of the answer from where it broke off; nil when nobody can go on.
    ///
    /// - Throws: When the records could not be kept.
    private func rest(
        _ passage: StreamPassage, _ failure: ProviderFailure, _ outcome: CallOutcome,
        _ continuation: StreamContinuation
    ) async throws -> AnswerStream? {
        guard failure.isWorthAnotherTry, passage.clientError == nil,
            let transcript = passage.transcript, let encoder = passage.encoder(open.call.answerContext()),
            let broken = BrokenAnswer(
                open.attempt, transcript, tokens: passage.tokens, usage: outcome.usage)
        else { return nil }
        body.cancel()
        try await open.breakOff(outcome, result(passage, failure))
        return try await continuation.rest(of: broken, encoder)
    }

    /// Passes the events on until the stream ends, one way or another.
    ///
    /// - Returns: Nil when the provider finished its answer.
    private func pass(
        _ chunks: inout ResponseBodyStream.AsyncIterator, _ passage: inout StreamPassage,
        _ writer: inout any ResponseBodyWriter
    ) async -> ProviderFailure? {
        do {
            if passage.isPaidByStep, try await !sendPaid(unread, &passage, &writer) { return .budgetEnded }
            while passage.goesOn {
                guard let bytes = try await chunks.next() else {
                    await passage.send(try passage.finish(), &writer)
                    break
                }
                if passage.isPaidByStep {
                    guard try await sendPaid(bytes[...], &passage, &writer) else { return .budgetEnded }
                } else {
                    await passage.send(try passage.feed(bytes), &writer)
                }
                if passage.clientError != nil, aborts { return .brokenStream("client gone, answer cut off") }
                if passage.isDrained(bytes.count) { return .brokenStream("client gone, rest not read") }
            }
        } catch {
            return passage.relay.isComplete ? nil : ProviderFailure(stream: error)
        }
        if passage.relay.isComplete { return nil }
        return passage.relay.failure ?? .brokenStream("ended without its end")
    }

    /// Passes on what is paid for, and has the hold extended before anything further is read.
    ///
    /// - Returns: False when the budget has ended; the connection to the provider is closed then.
    private func sendPaid(
        _ bytes: ArraySlice<UInt8>, _ passage: inout StreamPassage, _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        var rest = bytes
        while passage.goesOn {
            guard await passage.isPaid() else {
                body.cancel()
                return false
            }
            guard !rest.isEmpty else { break }
            let portion = passage.portion(of: rest)
            await passage.send(try passage.feed(Array(portion)), &writer)
            rest = rest.dropFirst(portion.count)
        }
        return true
    }

    /// The tenant wants no answer to be read on for a client that has gone.
    private var aborts: Bool { open.call.profile.settings.clientGone == .abort }

    private func result(_ passage: StreamPassage, _ failure: ProviderFailure?) -> AttemptResult {
        if let failure { return passage.clientError == nil ? AttemptResult(failure) : .abandoned }
        return .answered(firstToken: firstToken, total: open.elapsed)
    }

    private func keepAnswer(_ passage: StreamPassage, _ outcome: CallOutcome) {
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

    private func outcome(_ passage: StreamPassage, _ failure: ProviderFailure?) -> CallOutcome {
        let relay = passage.relay
        let reason = open.attempt.reason(failure?.reason ?? (passage.clientError == nil ? nil : "client gone"))
        if let usage = relay.usage, relay.isComplete {
            var outcome = CallOutcome.success(usage)
            outcome.reason = reason
            return outcome
        }
        let counted = UsageEstimate.usage(
            requestBytes: open.attempt.requestBytes, answerTokens: passage.tokens)
        let usage = relay.usage.map { $0.atLeast(completion: counted.completion) } ?? counted
        return .estimate(usage, result: failure == nil ? .success : .failure, reason: reason)
    }
}
