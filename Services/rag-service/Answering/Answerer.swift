import Contracts
import Foundation
import Logging
import ServiceKit

/// Answers questions from a tenant's documents: retrieves, asks the tenant's model if there is one, checks what it
/// wrote against the sources, and leaves a record.
struct Answerer: Sendable {
    let retriever: Retriever
    let models: ModelCatalog
    let prompts: PromptRenderer
    let chat: ChatModel
    let record: AnswerRecord
    let logger: Logger

    /// Passages that a model is shown: some 1,000 tokens.
    private static let sources = 8

    struct Question: Sendable {
        var text: String
        var filter: SearchFilter
        /// Which model the caller wants; nil for the tenant's first.
        var model: String?
    }

    /// A question with what was found for it.
    struct Prepared: Sendable {
        var question: Question
        var sources: [AnswerSource]
        var weights: [String: Double]
        /// Nil when sentences of the sources must do.
        var model: String?
        var prompt: GroundedPrompt?
    }

    func answer(_ question: Question, for caller: Caller) async throws -> AnswerResponse {
        let prepared = try await prepare(question, for: caller)
        guard let model = prepared.model, let prompt = prepared.prompt else {
            return try await extractive(prepared, for: caller)
        }
        do {
            let reply = try await chat.reply(to: prompt, model: model, for: caller)
            return try await finish(reply, prepared, for: caller)
        } catch let error as APIError where Self.isOutage(error) && question.model == nil {
            logger.warning("the model cannot be reached; answering with sentences", metadata: ["model": "\(model)"])
            return try await extractive(prepared, for: caller)
        } catch {
            await record.failure(prepared, for: caller, logger)
            throw error
        }
    }

    /// Retrieves, and renders the prompt if a model will answer.
    func prepare(_ question: Question, for caller: Caller) async throws -> Prepared {
        let found = try await retriever.retrieve(
            question.text, filter: question.filter, limit: Self.sources, for: caller)
        var prepared = Prepared(
            question: question, sources: found.hits.map(\.passage.source), weights: found.termWeights)
        // Without a source there is nothing to ask a model about.
        guard !prepared.sources.isEmpty else { return prepared }
        prepared.model =
            if let model = question.model { model } else { await models.chatModel(for: caller) }
        if prepared.model != nil {
            prepared.prompt = await prompts.render(question: question.text, sources: prepared.sources, for: caller)
        }
        return prepared
    }

    func extractive(_ prepared: Prepared, for caller: Caller) async throws -> AnswerResponse {
        let answer = ExtractiveAnswer().answer(
            question: prepared.question.text, sources: prepared.sources, weights: prepared.weights)
        try await record.success(answer, prompt: nil, for: caller)
        return answer
    }

    /// Checks what the model wrote. What no source bears out is no answer.
    func finish(_ reply: ChatModel.Reply, _ prepared: Prepared, for caller: Caller) async throws -> AnswerResponse {
        let checked = GroundedAnswer().check(reply.text, against: prepared.sources)
        let isAnswered = !checked.citations.isEmpty && !reply.text.contains(ExtractiveAnswer.noAnswer)
        let answer = AnswerResponse(
            answer: isAnswered ? checked.text : ExtractiveAnswer.noAnswer, answered: isAnswered,
            citations: isAnswered ? checked.citations : [], mode: .generative, model: reply.model, usage: reply.usage)
        try await record.success(answer, prompt: prepared.prompt?.version, for: caller)
        return answer
    }

    /// Whether the model is away, rather than the request refused.
    private static func isOutage(_ error: APIError) -> Bool {
        switch error.code {
        case .unavailable, .upstreamFailed, .upstreamTimeout: true
        default: false
        }
    }
}

extension SearchStore.Passage {
    var source: AnswerSource {
        AnswerSource(document: key.document, chunk: chunk, title: title, text: text, start: start)
    }
}
