import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Brings one call to its answer: tries its targets in turn until one of them begins to answer.
///
/// Nothing of an attempt that failed has reached the client, so the client sees one call. Each attempt has its own hold,
/// usage event and audit record, whatever became of it.
struct CallDelivery: Sendable {
    /// What to do with an answer that may be given again.
    typealias Keep = @Sendable (CachedAnswer) -> Void

    let admitted: AdmittedCall
    let gateway: ModelGateway
    let logger: CallLog

    var call: ModelCall { admitted.call }

    /// The tenant wants broken streams to be carried on.
    var allowsContinuation: Bool { call.profile.settings.models.continueBrokenStreams }

    /// The response, as the client asked for it.
    ///
    /// - Parameter keep: Called with a streamed answer when it is complete.
    nonisolated(nonsending) func run(keeping keep: Keep? = nil) async throws -> Response {
        guard call.streams else { return try await whole().response }
        return try await attempts { try await stream($0, $1, keep) }
    }

    /// The whole answer.
    nonisolated(nonsending) func whole() async throws -> FinishedAnswer {
        try await attempts { open, _ in try await whole(open) }
    }

    private nonisolated(nonsending) func attempts<Value>(
        _ deliver: nonisolated(nonsending) (OpenAttempt, AttemptSequence) async throws -> Value
    ) async throws -> Value {
        var attempts = AttemptSequence(plan: admitted.plan, deadline: call.deadline)
        while let attempt = attempts.next(of: call) {
            let open = try await open(attempt)
            do {
                return try await deliver(open, attempts)
            } catch var failure as ProviderFailure {
                failure.error = attempt.provider.secrets.removed(from: failure.error)
                logger.warning(
                    "provider failed",
                    metadata: [
                        "provider": .string(attempt.provider.name), "model": .string(attempt.target.model),
                        "attempt": .stringConvertible(attempt.number), "reason": .string(failure.reason),
                    ])
                try await open.fail(failure)
                try await attempts.prepareNext(after: failure)
            }
        }
        throw attempts.failure?.error ?? OpenAIError.modelNotFound(call.request.model)
    }

    /// Takes the money for an attempt.
    ///
    /// - Throws: `ModelGateway.Refusal` for the first one; for a later one the error itself, since there is a record.
    nonisolated(nonsending) func open(_ attempt: CallAttempt) async throws -> OpenAttempt {
        do {
            let money: AttemptMoney
            if let terms = GrowingTerms(attempt) {
                money = try await growing(terms)
            } else {
                // Without a price nothing can be held: only a tenant known to have no budget gets through.
                let amount =
                    attempt.target.price.map { attempt.budget.cost(at: $0, isBatch: call.caller.isBatch) } ?? .max
                money = .whole(try await gateway.budgets.hold(amount, as: call.caller))
            }
            return try OpenAttempt(
                attempt, ticket: admitted.ticket, money: money, budgets: gateway.budgets, recorder: gateway.recorder,
                register: gateway.register, logger: logger)
        } catch {
            throw attempt.number == 1 ? ModelGateway.Refusal(error: error) : error
        }
    }

    private func growing(_ terms: GrowingTerms) async throws -> AttemptMoney {
        let hold = try await gateway.budgets.hold(terms.initial, wishing: terms.most, as: call.caller)
        guard hold.lease != nil else { return .whole(hold) }
        let growing = CallHold(hold, growingTo: terms.most, as: call.caller, from: gateway.budgets)
        return .growing(GrowingHold(growing, terms))
    }

    // MARK: Whole answers

    private nonisolated(nonsending) func whole(_ open: OpenAttempt) async throws -> FinishedAnswer {
        let reading = try await exchange(open.attempt, isBudgeted: open.isBudgeted)
        try await open.finish(reading.outcome, .answered(firstToken: nil, total: open.elapsed))
        return FinishedAnswer(body: reading.body, outcome: reading.outcome, open: open)
    }

    /// Asks the attempt's provider once. Neither holds money nor records anything.
    nonisolated(nonsending) func exchange(_ attempt: CallAttempt, isBudgeted: Bool) async throws -> WholeAnswer {
        let answer: OutgoingResponse
        do {
            answer = try await gateway.client.execute(request(attempt, isBudgeted: isBudgeted))
        } catch let error as CurlError {
            throw ProviderFailure(error)
        }
        guard (200..<300).contains(answer.status) else {
            throw failure(of: attempt, answer.status, answer.headers, answer.body)
        }
        return try WholeAnswer(answer.body, of: attempt)
    }

    // MARK: Streams

    private func stream(_ open: OpenAttempt, _ attempts: AttemptSequence, _ keep: Keep?) async throws -> Response {
        let stream = try await begin(
            open, relay(open.attempt), keeping: keep, continuation: .of(self, attempts))
        let offer = StreamOffer(stream)
        return Response(
            status: .ok,
            // Proxies in between must not gather the events.
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache, no-transform"],
            body: ResponseBody { writer in try await offer.take()?.run(&writer) })
    }

    /// A stream whose answer has begun.
    ///
    /// - Throws: `ProviderFailure` when it does not begin.
    func begin(
        _ open: OpenAttempt, _ relay: any AnswerRelay, keeping keep: Keep?, continuation: StreamContinuation?
    ) async throws -> AnswerStream {
        let answer: StreamingResponse
        do {
            answer = try await gateway.client.stream(request(open.attempt, isBudgeted: open.isBudgeted))
        } catch let error as CurlError {
            throw ProviderFailure(error)
        }
        guard (200..<300).contains(answer.status) else {
            let body = await Self.beginning(of: answer.body)
            throw failure(of: open.attempt, answer.status, answer.headers, body)
        }
        let type = open.attempt.provider.adapter.streamMediaType
        guard answer.headers["content-type"]?.lowercased().hasPrefix(type) ?? false else {
            throw ProviderFailure.unusable("not an event stream")
        }
        return try await AnswerStream.begin(open, relay, answer.body, keep, continuation)
    }

    private func relay(_ attempt: CallAttempt) throws(ProviderFailure) -> any AnswerRelay {
        guard let dialect = call.request.dialect.implementation else { throw .unusable("no streams here") }
        guard !attempt.isNative else { return dialect.makeRelay(call.answerContext()) }
        let conversation: Conversation?
        do {
            conversation = dialect.repeatsRequest ? try attempt.conversation(isBudgeted: false) : nil
        } catch {
            throw ProviderFailure(error)
        }
        return TranslatingRelay(
            from: attempt.provider.adapter.makeStreamDecoder(),
            to: dialect.makeStreamEncoder(call.answerContext(conversation)))
    }

    // MARK: Both

    private func request(
        _ attempt: CallAttempt, isBudgeted: Bool
    ) throws(ProviderFailure) -> OutgoingRequest {
        do {
            return attempt.request(body: try attempt.body(isBudgeted: isBudgeted), timeouts: gateway.timeouts)
        } catch {
            throw ProviderFailure(error)
        }
    }

    private func failure(
        of attempt: CallAttempt, _ status: Int, _ headers: ResponseHeaders, _ body: [UInt8]
    ) -> ProviderFailure {
        var failure = attempt.provider.adapter.failure(status: status, headers: headers, body: body)
        failure.error = attempt.provider.secrets.removed(from: failure.error)
        // Another vendor's words would only confuse the client's library.
        if !attempt.isNative { failure.error.ownBody = nil }
        return failure
    }

    /// Enough of an error's body to pass it on.
    private static func beginning(of body: ResponseBodyStream) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await piece in body {
                bytes += piece
                if bytes.count > 65_536 { break }
            }
        } catch {
            // The status says enough; a body that breaks off is not passed on.
            return []
        }
        return bytes
    }
}
