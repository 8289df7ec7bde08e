import Contracts
import Cryptography
import Foundation
import Logging
import ServiceKit

extension ModelGateway {
    /// The vector of a text that a call under way needs: by a call for embeddings of its own, of the same tenant, on its
    /// budget and on the record, that finds its way and its share of the caches as a client's does.
    ///
    /// It is part of a call that was let in, so it takes no place among the limits of calls.
    ///
    /// - Parameter time: For all attempts.
    func embed(
        _ text: String, with model: String, for call: ModelCall, within time: Duration, logger: CallLog
    ) async throws -> EmbeddingDelivery.Answer {
        let part = try Self.part(of: call, asking: text, of: model, within: time)
        let question = RouteQuestion(
            model: model, needs: part.request.needs, promptTokens: part.budget.promptTokens, answerTokens: 0)
        let plan = try router.plan(question, for: part.profile, prices: await prices.current())
        let admitted = AdmittedCall(call: part, plan: plan, ticket: .unlimited)
        guard let delivery = EmbeddingDelivery(admitted, under: part.profile.cache, gateway: self, logger: logger)
        else { throw OpenAIError.modelNotFound(model) }
        do {
            return try await delivery.answer()
        } catch let refusal as Refusal {
            throw refusal.error
        }
    }

    private static func part(
        of call: ModelCall, asking text: String, of model: String, within time: Duration
    ) throws -> ModelCall {
        var body = JSONText()
        body.member("model", model)
        body.member("input", text)
        body.member("user", call.request.user)
        return ModelCall(
            identity: call.identity.embedding, caller: call.caller, profile: call.profile,
            request: try ModelRequest(.openAIEmbeddings, body: body.finish()), labels: call.labels, directive: .use,
            interface: nil, startedAt: Date(), deadline: min(call.deadline, .now.advanced(by: time)))
    }
}

extension CallIdentity {
    /// The identity of the call by which a call has its question embedded: it follows from its own, so that what is
    /// recorded twice for the same call counts once.
    ///
    /// UUIDv8 (RFC 9562 §5.8): the call's own 48 bits of time, then 74 bits of SHA-256(`asterism question` ‖ call).
    var embedding: CallIdentity {
        let u = call.uuid
        let d = SHA256.hash(
            Array("asterism question".utf8) + [
                u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
            ])
        return CallIdentity(
            call: UUID(
                uuid: (
                    u.0, u.1, u.2, u.3, u.4, u.5, 0x80 | (d[0] & 0x0F), d[1], 0x80 | (d[2] & 0x3F), d[3], d[4], d[5],
                    d[6], d[7], d[8], d[9]
                )))
    }
}
