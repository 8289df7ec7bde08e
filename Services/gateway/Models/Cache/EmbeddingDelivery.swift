import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Answers a request for embeddings text by text: from what is kept, and for the rest by calls to a provider that those
/// of other callers of the tenant may share.
///
/// Every caller's attempt has its own hold, line in the register, usage event and audit record, for its own share of what
/// the provider counted; the shares of all who were part of a call add up to it. What one attempt got before it failed
/// is kept, so that the next one asks for the rest only. All vectors of an answer are of one model at one provider.
struct EmbeddingDelivery: Sendable {
    private let admitted: AdmittedCall
    private let gateway: ModelGateway
    private let logger: CallLog
    private let texts: EmbeddingTexts
    /// Nil for a call that has no part in the cache: then nothing is kept or shared, only divided.
    private let settings: CacheSettings?

    /// Nil for a request that is passed on as it is: one that cannot be taken apart, or that need not be.
    ///
    /// - Parameter settings: Nil when the tenant keeps nothing, or the request wants no part in it.
    init?(_ admitted: AdmittedCall, under settings: CacheSettings?, gateway: ModelGateway, logger: CallLog) {
        let smallest = admitted.plan.targets.map(EmbeddingExchange.limit).min() ?? 1
        guard settings != nil || smallest < OpenAIEmbeddingsDialect.maximumInputs else { return nil }
        do {
            guard let texts = try EmbeddingTexts(admitted.call.request.body),
                texts.items.count <= OpenAIEmbeddingsDialect.maximumInputs,
                settings != nil || texts.items.count > smallest
            else { return nil }
            self.texts = texts
        } catch {
            // What is wrong with it is for the provider to say.
            return nil
        }
        self.admitted = admitted
        self.gateway = gateway
        self.logger = logger
        self.settings = settings
    }

    /// The vectors of all texts, on the record already.
    struct Answer: Sendable {
        /// As they are written, in the order of the texts.
        let vectors: [[UInt8]]
        let target: ModelTarget
        /// What this call has to pay for.
        let usage: TokenUsage
        let result: CacheResult
        /// When the oldest vector that was kept came.
        let oldest: Date?
    }

    private var call: ModelCall { admitted.call }

    func run() async throws -> Response {
        let answer = try await answer()
        let body = ByteBuffer(
            bytes: EmbeddingVectors.answer(answer.vectors, model: answer.target.model, usage: answer.usage))
        var headers: HTTPFields = [.contentType: "application/json", .contentLength: String(body.readableBytes)]
        if settings != nil {
            answer.result.write(to: &headers, ageSeconds: answer.oldest.map { Int64(Date().timeIntervalSince($0)) })
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// - Throws: As `CallDelivery`.
    func answer() async throws -> Answer {
        if let answer = try await keptAnswer() { return answer }
        var attempts = AttemptSequence(plan: admitted.plan, deadline: call.deadline)
        while let attempt = attempts.next(of: call) {
            let space = space(attempt.target)
            let remainder = EmbeddingRemainder(of: texts.items, kept: kept(in: space))
            if remainder.missing.isEmpty, let vectors = remainder.vectors([]) {
                return try await give(vectors, remainder.kept.compactMap(\.self), attempt)
            }
            let part = try await send(attempt, remainder, space)
            if let vectors = remainder.vectors(part.reply.vectors) {
                return Answer(
                    vectors: vectors, target: attempt.target, usage: part.reply.usage,
                    result: remainder.kept.contains { $0 != nil } ? .partial : .miss, oldest: nil)
            }
            let failure = part.reply.failure ?? .unusable("embeddings are missing")
            logger.warning(
                "provider failed",
                metadata: [
                    "provider": .string(attempt.provider.name), "model": .string(attempt.target.model),
                    "attempt": .stringConvertible(attempt.number), "reason": .string(failure.reason),
                ])
            try await attempts.prepareNext(after: failure)
        }
        throw attempts.failure?.error ?? OpenAIError.modelNotFound(call.request.model)
    }

    private func space(_ target: ModelTarget) -> EmbeddingSpace {
        EmbeddingSpace(texts, at: target, revision: call.profile.revision, in: call.caller.scope)
    }

    // MARK: What is kept

    /// The answer when all of it is kept, of the model that would be asked first: at any provider that was planned, since
    /// a policy may choose another one each time. Never that of a fallback in place of a model that can be asked.
    private func keptAnswer() async throws -> Answer? {
        guard let settings, call.directive == .use, let first = admitted.plan.targets.first else { return nil }
        for target in admitted.plan.targets where target.model == first.model {
            let vectors = gateway.caches.vectors.allVectors(
                of: texts.items, in: space(target), under: settings, at: Date())
            guard let vectors else { continue }
            let attempt = CallAttempt(call: call, target: target, decision: admitted.plan.decision, number: 1)
            return try await give(vectors.map(\.json), vectors, attempt)
        }
        return nil
    }

    /// With `no-cache`, what this call itself has got in an earlier attempt and no more.
    private func kept(in space: EmbeddingSpace) -> [EmbeddingCache.Vector?] {
        guard let settings else { return Array(repeating: nil, count: texts.items.count) }
        return gateway.caches.vectors.vectors(
            of: texts.items, in: space, since: call.directive == .use ? .distantPast : call.startedAt, under: settings,
            at: Date())
    }

    /// A call that needed no provider is on the record as any other, with what it saved.
    private func give(
        _ vectors: [[UInt8]], _ kept: [EmbeddingCache.Vector], _ attempt: CallAttempt
    ) async throws -> Answer {
        var outcome = CallOutcome.success(.none)
        outcome.savings = savings(worth(kept, attempt), attempt, ["cache": "hit"])
        try await gateway.recorder.record(attempt, outcome, lease: nil)
        admitted.ticket.finish(usedTokens: 0)
        return Answer(
            vectors: vectors, target: attempt.target, usage: .none, result: .hit, oldest: kept.map(\.storedAt).min())
    }

    /// What vectors that were kept took. After a failed attempt not those that came since the call began: it may have paid
    /// for them itself.
    private func worth(_ kept: [EmbeddingCache.Vector], _ attempt: CallAttempt) -> Int64 {
        let others = attempt.number == 1 ? kept : kept.filter { $0.storedAt < call.startedAt }
        return others.reduce(0) { $0 + $1.tokens }
    }

    private func savings(_ tokens: Int64, _ attempt: CallAttempt, _ details: [String: String]) -> CallSavings {
        let usage = TokenUsage(prompt: tokens, completion: 0)
        let saved = attempt.target.price?.cost(of: usage, isBatch: call.caller.isBatch) ?? 0
        gateway.caches.metrics.saved(.embedding, picoUSD: saved)
        return CallSavings(picoUSD: saved, details: details)
    }

    // MARK: What has to be sent

    /// One attempt for what is missing, on the record when this returns.
    private func send(
        _ attempt: CallAttempt, _ remainder: EmbeddingRemainder, _ space: EmbeddingSpace
    ) async throws -> EmbeddingBatcher.Part {
        let delivery = CallDelivery(admitted: admitted, gateway: gateway, logger: logger)
        // What is held, registered and, if it comes to that, estimated is that of the missing texts.
        let own = CallAttempt(
            call: try ownCall(remainder), target: attempt.target, decision: attempt.decision, number: attempt.number)
        let exchange = EmbeddingExchange(attempt: own, texts: texts, call: call, delivery: delivery)
        let caller = EmbeddingBatcher.Caller(
            items: remainder.missing, deadline: call.deadline, reference: own.reference
        ) { items, areShared, deadline in
            await exchange.send(items, areShared: areShared, until: deadline)
        }
        let open = try await delivery.open(own)
        // It goes on when its client has gone: others may share the call, and what it used is to be known exactly.
        return try await Task.detached {
            let part = await gather(caller, own, space)
            keep(part, remainder, space)
            try await end(open, part, remainder)
            return part
        }.value
    }

    private func ownCall(_ remainder: EmbeddingRemainder) throws(OpenAIError) -> ModelCall {
        do {
            return try texts.call(call, asking: remainder.missing)
        } catch {
            throw OpenAIError(error)
        }
    }

    private func gather(
        _ caller: EmbeddingBatcher.Caller, _ attempt: CallAttempt, _ space: EmbeddingSpace
    ) async -> EmbeddingBatcher.Part {
        // Only who shares answers with others shares calls with them.
        await gateway.caches.batcher.answer(
            caller, in: space.lane(areTokens: texts.areTokens, attempt: attempt.number),
            limit: settings == nil ? 0 : EmbeddingExchange.limit(attempt.target))
    }

    private func keep(_ part: EmbeddingBatcher.Part, _ remainder: EmbeddingRemainder, _ space: EmbeddingSpace) {
        guard let settings else { return }
        let now = Date()
        for (place, item) in remainder.missing.enumerated() {
            guard let json = part.reply.vectors[place] else { continue }
            gateway.caches.vectors.store(
                EmbeddingCache.Vector(json: json, tokens: part.worth[place], storedAt: now), of: item, in: space,
                under: settings)
        }
    }

    private func end(
        _ open: OpenAttempt, _ part: EmbeddingBatcher.Part, _ remainder: EmbeddingRemainder
    ) async throws {
        let failure = part.reply.failure
        var outcome = CallOutcome(
            result: failure == nil ? .success : .failure, usage: part.reply.usage, isExact: part.reply.isExact,
            reason: failure?.reason)
        outcome.savings = savings(of: part, remainder, open.attempt)
        // A call that several shared says once how its provider fares.
        if let failure {
            try await open.fail(outcome, part.isFirst ? AttemptResult(failure) : .abandoned)
        } else {
            let result = AttemptResult.answered(firstToken: nil, total: open.elapsed)
            try await open.finish(outcome, part.isFirst ? result : .abandoned)
        }
    }

    private func savings(
        of part: EmbeddingBatcher.Part, _ remainder: EmbeddingRemainder, _ attempt: CallAttempt
    ) -> CallSavings? {
        let kept = remainder.kept.compactMap(\.self)
        var details: [String: String] = [:]
        if !kept.isEmpty { details["cache"] = "partial" }
        if part.callers > 1 {
            details["shared_by"] = String(part.callers)
            details["shared_call"] = part.reference.description
        }
        var tokens: Int64 = 0
        if part.reply.failure == nil {
            let unpaid = part.worth.reduce(0, +) - part.reply.usage.prompt
            tokens = worth(kept, attempt) + remainder.repeated(part.worth) + unpaid
        }
        return details.isEmpty && tokens == 0 ? nil : savings(tokens, attempt, details)
    }
}
