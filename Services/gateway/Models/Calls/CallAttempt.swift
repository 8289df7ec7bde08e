import Contracts
import CurlClient
import Foundation

/// One try of a call at one target. Immutable; whether its money is held is the matter of `OpenAttempt`.
final class CallAttempt: Sendable {
    let call: ModelCall
    let target: ModelTarget
    /// Why it went to this target.
    let decision: RouteDecision
    /// Counts from 1 within the call.
    let number: Int
    /// The ids of its records.
    let records: CallIdentity.Records
    /// The answer that it carries on; nil for one that begins at the beginning.
    let continued: BrokenAnswer?

    init(
        call: ModelCall, target: ModelTarget, decision: RouteDecision, number: Int, continuing: BrokenAnswer? = nil
    ) {
        continued = continuing
        self.call = call
        self.target = target
        self.decision = decision
        self.number = number
        records = call.identity.records(attempt: number)
    }

    var provider: ModelProvider { target.provider }

    /// Names the attempt at the provider, in its logs and in ours: the id of its usage event.
    var reference: UsageRecordID { records.usage }

    /// The provider speaks the client's dialect, so bodies are passed on as they are.
    var isNative: Bool { continued == nil && provider.adapter.nativeDialects.contains(call.request.dialect) }

    /// What the attempt may cost at most.
    var budget: CallBudget {
        guard let continued else { return call.budget }
        let limit = CallBudget.limit(stated: call.request.statedLimit)
        return CallBudget(bodyBytes: requestBytes, limit: max(1, limit - continued.tokens), choices: 1)
    }

    /// The size of what the provider has to read, as far as estimates go.
    var requestBytes: Int { call.request.body.count + (continued?.text.utf8.count ?? 0) }

    /// For the records: what became of it, and that it carries another attempt on.
    func reason(_ word: String?) -> String? {
        guard let continued else { return word }
        return "continued from attempt \(continued.attempt)" + (word.map { ": \($0)" } ?? "")
    }

    /// The body for the provider.
    ///
    /// - Parameter isBudgeted: A limit on the answer must be sent, since money is held for that much.
    /// - Throws: `TranslationError` when the provider's vendor has no words for what the client asks.
    func body(isBudgeted: Bool) throws(TranslationError) -> [UInt8] {
        if isNative { return NativeBody.body(of: self, isBudgeted: isBudgeted) }
        if call.kind == .embedding {
            return try provider.adapter.body(of: OpenAIEmbeddingsDialect.demand(call.request.body), model: target.model)
        }
        return try provider.adapter.body(of: try conversation(isBudgeted: isBudgeted), model: target.model)
    }

    /// The client's request in neutral words, with the limit that is held for.
    func conversation(isBudgeted: Bool) throws(TranslationError) -> Conversation {
        guard let dialect = call.request.dialect.implementation else {
            throw .unsupported(parameter: "model", "does not answer this kind of request")
        }
        var conversation = try dialect.conversation(call.request.body)
        if isBudgeted { conversation.maximumTokens = CallBudget.limit(stated: conversation.maximumTokens) }
        continued?.extend(&conversation)
        return conversation
    }

    /// The request to the provider, credentials included.
    func request(body: [UInt8], timeouts: ModelTimeouts) -> OutgoingRequest {
        let words = isNative ? call.request.dialect : .openAIChat
        let operation =
            call.kind == .embedding ? ModelOperation.embeddings : .chat(words, streams: call.streams)
        var route = provider.adapter.route(operation, model: target.model)
        if let choice = call.interface, isNative { provider.adapter.choose(choice, in: &route) }
        var request = OutgoingRequest(
            method: "POST", url: route.url, headers: Self.headers(reference) + route.headers, body: body,
            deadline: min(timeouts.total, max(.milliseconds(1), ContinuousClock.now.duration(to: call.deadline))),
            connectTimeout: timeouts.connect, firstByteTimeout: timeouts.firstByte, idleTimeout: timeouts.idle,
            maximumResponseBytes: ModelGateway.maximumAnswerBytes)
        provider.adapter.sign(&request, at: Date())
        return request
    }

    /// The attempt's name goes along, so that a provider's log and bill can be held against ours line by line; OpenAI
    /// keeps it, others pass over it.
    private static func headers(_ reference: UsageRecordID) -> [(String, String)] {
        [("Content-Type", "application/json"), ("X-Client-Request-Id", reference.description)]
    }
}
