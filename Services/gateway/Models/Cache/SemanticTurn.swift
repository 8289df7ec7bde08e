import Contracts
import Foundation
import Logging
import ServiceKit

/// The part of one call that the semantic cache has: it is asked before the provider, and keeps what the provider answers.
struct SemanticTurn: Sendable {
    /// A call waits no longer for its question's embedding. An embedding that comes later is kept for the next one.
    static let patience = Duration.seconds(2)

    private let call: ModelCall
    private let question: SemanticQuestion
    private let settings: CacheSettings
    private let semantic: TenantConfiguration.Semantic
    private let gateway: ModelGateway
    private let logger: CallLog

    /// Nil unless the tenant has asked for it and the request is a question that can be judged.
    init?(_ call: ModelCall, under settings: CacheSettings, gateway: ModelGateway, logger: CallLog) {
        guard let semantic = settings.semantic,
            let question = SemanticQuestion(
                call.request.body, dialect: call.request.dialect.rawValue, revision: call.profile.revision,
                in: call.caller.scope)
        else { return nil }
        self.call = call
        self.question = question
        self.settings = settings
        self.semantic = semantic
        self.gateway = gateway
        self.logger = logger
    }

    /// The nearest answer; none for a call that wants a new one, which will then take its place.
    func lookup() async -> SemanticCache.Lookup {
        await gateway.caches.semantic.answer(
            like: question, floor: call.directive == .use ? semantic.similarity : nil, under: settings, at: Date()
        ) { text in
            await place(of: text)
        }
    }

    func keep(_ answer: CachedAnswer, after lookup: SemanticCache.Lookup?) {
        guard let place = lookup?.place else { return }
        gateway.caches.semantic.store(answer, to: question, at: place, under: settings)
    }

    /// Nil when the question cannot be embedded in time.
    private func place(of text: String) async -> SemanticCache.Place? {
        let (places, outcome) = AsyncStream.makeStream(
            of: SemanticCache.Place.self, bufferingPolicy: .bufferingOldest(1))
        // It goes on when nobody waits any more: what it used has to be recorded.
        Task.detached {
            if let place = await embedded(text) { outcome.yield(place) }
            outcome.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: Self.patience)
            outcome.finish()
        }
        defer { timer.cancel() }
        for await place in places { return place }
        return nil
    }

    private func embedded(_ text: String) async -> SemanticCache.Place? {
        do {
            let answer = try await gateway.embed(
                text, with: semantic.embeddingModel, for: call, within: Self.patience, logger: logger)
            guard let vector = answer.vectors.first.flatMap(EmbeddingVectors.numbers).flatMap(UnitVector.init) else {
                return nil
            }
            return SemanticCache.Place(vector: vector, embedder: answer.target.health.key)
        } catch {
            logger.warning(
                "a question was not embedded",
                metadata: [
                    "model": .string(semantic.embeddingModel), "reason": .string(ModelGateway.reason(of: error)),
                ])
            return nil
        }
    }
}
