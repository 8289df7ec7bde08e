import Logging

/// Carries a broken stream on at the targets that have not been tried, where the tenant's configuration allows it.
///
/// Each attempt has its own hold, place in the register, usage event and audit record. What the client sees is one
/// answer: its beginning is what it has, its end and its usage come from the last attempt.
final class StreamContinuation: Sendable {
    private let delivery: CallDelivery
    /// As it was when the stream's own attempt had been taken from it.
    private let attempts: AttemptSequence

    private init(_ delivery: CallDelivery, _ attempts: AttemptSequence) {
        self.delivery = delivery
        self.attempts = attempts
    }

    /// Nil when the tenant does not want it, or when there is nobody else to ask.
    static func of(_ delivery: CallDelivery, _ attempts: AttemptSequence) -> StreamContinuation? {
        guard delivery.allowsContinuation, attempts.hasMoreTargets else { return nil }
        return StreamContinuation(delivery, attempts)
    }

    /// The rest of the answer, once it has begun to come.
    ///
    /// - Parameter encoder: Writes in the client's words, after all that the client has.
    /// - Returns: Nil when no target can carry it on.
    /// - Throws: When the record of an attempt could not be kept.
    func rest(of broken: BrokenAnswer, _ encoder: any AnswerStreamEncoder) async throws -> AnswerStream? {
        var attempts = attempts
        while let (attempt, prefill) = attempts.next(continuing: broken, of: delivery.call) {
            let open: OpenAttempt
            do {
                open = try await delivery.open(attempt)
            } catch {
                // No money for this target; a cheaper one may follow.
                delivery.logger.warning(
                    "a broken stream is not carried on here", metadata: metadata(attempt, "\(error)"))
                continue
            }
            delivery.logger.info("a broken stream is carried on", metadata: metadata(attempt, nil))
            let relay = TranslatingRelay(
                from: attempt.provider.adapter.makeStreamDecoder(),
                to: ContinuedEncoder(encoder, after: broken, AnswerSeam(broken, prefill)))
            do {
                return try await delivery.begin(
                    open, relay, keeping: nil, continuation: .of(delivery, attempts))
            } catch let failure as ProviderFailure {
                delivery.logger.warning("provider failed", metadata: metadata(attempt, failure.reason))
                try await open.fail(failure)
            }
        }
        return nil
    }

    private func metadata(_ attempt: CallAttempt, _ reason: String?) -> Logger.Metadata {
        [
            "provider": .string(attempt.provider.name), "model": .string(attempt.target.model),
            "attempt": .stringConvertible(attempt.number), "reason": .string(reason ?? "stream broken off"),
        ]
    }
}
