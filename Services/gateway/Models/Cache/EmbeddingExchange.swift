import CurlClient

/// Sends texts to the provider of one caller's attempt, and takes its answers apart.
///
/// It neither holds money nor records anything; who calls it accounts for what the reply says was used.
struct EmbeddingExchange: Sendable {
    /// Of one caller whose texts the provider does not take in one call.
    private static let callsAtOnce = 4

    let attempt: CallAttempt
    let texts: EmbeddingTexts
    /// The caller's own call, for all of its texts.
    let call: ModelCall
    let delivery: CallDelivery

    /// How many texts the provider takes in one call.
    static func limit(_ target: ModelTarget) -> Int {
        max(1, target.provider.adapter.embeddingBatchLimit(model: target.model))
    }

    /// In as many calls as the provider wants. After a failure no further one begins; what came before it is in the reply.
    ///
    /// - Parameter areShared: Some of the texts are other callers'.
    func send(_ items: [[UInt8]], areShared: Bool, until deadline: ContinuousClock.Instant) async -> EmbeddingReply {
        let limit = Self.limit(attempt.target)
        guard items.count > limit else { return await sendOnce(items, areShared, deadline) }
        return await withTaskGroup(of: (Int, EmbeddingReply).self) { group in
            var starts = Array(stride(from: 0, to: items.count, by: limit))[...]
            var whole = EmbeddingReply(nothingFor: items)
            var underWay = 0
            while true {
                while underWay < Self.callsAtOnce, whole.failure == nil, let start = starts.popFirst() {
                    let part = Array(items[start..<min(start + limit, items.count)])
                    group.addTask { (start, await sendOnce(part, areShared, deadline)) }
                    underWay += 1
                }
                guard let (start, part) = await group.next() else { return whole }
                underWay -= 1
                whole.take(part, at: start)
            }
        }
    }

    private func sendOnce(
        _ items: [[UInt8]], _ areShared: Bool, _ deadline: ContinuousClock.Instant
    ) async -> EmbeddingReply {
        let request: ModelCall
        do {
            request = try areShared ? sharedCall(items, deadline) : texts.call(call, asking: items)
        } catch {
            let failure = ProviderFailure(
                OpenAIError(error), reason: "the request cannot be divided", mayHaveRun: false, blame: .request)
            return EmbeddingReply(failure, of: items, used: .none, isExact: true)
        }
        let attempt = CallAttempt(
            call: request, target: attempt.target, decision: attempt.decision, number: attempt.number)
        do {
            let answer = try await delivery.exchange(attempt, isBudgeted: false)
            return reply(answer, items)
        } catch {
            let failure = error as? ProviderFailure ?? ProviderFailure(stream: error)
            let outcome = CallOutcome.failure(failure, of: attempt)
            return EmbeddingReply(failure, of: items, used: outcome.usage, isExact: outcome.isExact)
        }
    }

    private func sharedCall(
        _ items: [[UInt8]], _ deadline: ContinuousClock.Instant
    ) throws(ModelRequestError) -> ModelCall {
        let body = texts.sharedBody(model: attempt.target.model, asking: items)
        return call.with(try ModelRequest(.openAIEmbeddings, body: body), until: deadline)
    }

    private func reply(_ answer: WholeAnswer, _ items: [[UInt8]]) -> EmbeddingReply {
        let (usage, isExact) = (answer.outcome.usage, answer.outcome.isExact)
        do {
            let vectors = try EmbeddingVectors(answer.body, count: items.count).vectors
            return EmbeddingReply(vectors, of: items, used: usage, isExact: isExact)
        } catch {
            let failure = ProviderFailure.unusable("embeddings: \(error)")
            return EmbeddingReply(failure, of: items, used: usage, isExact: isExact)
        }
    }
}

extension EmbeddingTexts {
    /// `call` asking for some of its texts only; `call` itself when they are all that it asks for.
    func call(_ call: ModelCall, asking items: [[UInt8]]) throws(ModelRequestError) -> ModelCall {
        guard items != self.items else { return call }
        let body = body(of: call.request.body, asking: items)
        return call.with(try ModelRequest(.openAIEmbeddings, body: body), until: call.deadline)
    }
}

extension ModelCall {
    /// The same call with another body.
    fileprivate func with(_ request: ModelRequest, until deadline: ContinuousClock.Instant) -> ModelCall {
        ModelCall(
            identity: identity, caller: caller, profile: profile, request: request, labels: labels,
            directive: directive, interface: interface, startedAt: startedAt, deadline: deadline)
    }
}
