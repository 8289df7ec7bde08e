import Contracts

/// A complete answer of a provider, in the client's words, with what it says was used.
struct WholeAnswer: Sendable {
    let body: [UInt8]
    let outcome: CallOutcome

    /// - Throws: `ProviderFailure` for an answer with status 2xx that is none.
    init(_ body: [UInt8], of attempt: CallAttempt) throws(ProviderFailure) {
        let usage: TokenUsage?
        if attempt.isNative {
            usage = try Self.reading(body, attempt)
            self.body = body
        } else {
            do {
                (self.body, usage) = try Self.translated(body, attempt)
            } catch {
                throw ProviderFailure(error)
            }
        }
        outcome = usage.map { .success($0) } ?? Self.estimate(body, attempt.call)
    }

    private static func reading(_ body: [UInt8], _ attempt: CallAttempt) throws(ProviderFailure) -> TokenUsage? {
        let answer: ModelAnswer
        do throws(JSONSyntaxError) {
            if let dialect = attempt.call.request.dialect.implementation {
                answer = try dialect.reading(of: body)
            } else {
                answer = try ModelAnswer(body)
            }
        } catch {
            throw .unusable("not JSON: \(error.reason.rawValue)")
        }
        guard !answer.isError else { throw .unusable("an error with status 200") }
        return answer.usage
    }

    private static func translated(
        _ body: [UInt8], _ attempt: CallAttempt
    ) throws(TranslationError) -> ([UInt8], TokenUsage?) {
        let adapter = attempt.provider.adapter
        let call = attempt.call
        guard let dialect = call.request.dialect.implementation else {
            let demand = try OpenAIEmbeddingsDialect.demand(call.request.body)
            let answer = try adapter.embeddings(body, for: demand)
            return (try OpenAIEmbeddingsDialect.answer(answer, to: demand), answer.usage)
        }
        let completion = try adapter.completion(body)
        let conversation = dialect.repeatsRequest ? try attempt.conversation(isBudgeted: false) : nil
        return (dialect.answer(completion, in: call.answerContext(conversation)), completion.usage)
    }

    private static func estimate(_ body: [UInt8], _ call: ModelCall) -> CallOutcome {
        let tokens = call.kind == .chat ? UsageEstimate.tokens(body.count) : 0
        return .estimate(
            UsageEstimate.usage(requestBytes: call.request.body.count, answerTokens: tokens), result: .success,
            reason: nil)
    }
}
