import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Answers a call from what is kept for its tenant, or from an identical call under way, and otherwise by a call to a
/// provider.
struct CachedDelivery: Sendable {
    private let admitted: AdmittedCall
    private let gateway: ModelGateway
    private let delivery: CallDelivery

    init(_ admitted: AdmittedCall, gateway: ModelGateway, logger: CallLog) {
        self.admitted = admitted
        self.gateway = gateway
        delivery = CallDelivery(admitted: admitted, gateway: gateway, logger: logger)
    }

    private var call: ModelCall { admitted.call }

    nonisolated(nonsending) func run() async throws -> Response {
        guard let settings = call.profile.cache else {
            return call.kind == .chat ? try await delivery.run() : try await embeddings(nil)
        }
        guard call.directive != .bypass else {
            let response = call.kind == .chat ? try await delivery.run() : try await embeddings(nil)
            return Self.marked(response, .bypass)
        }
        if call.kind == .embedding { return try await embeddings(settings) }
        let key = try key()
        if call.directive == .use, let kept = await gateway.caches.answers.answer(for: key, under: settings, at: Date())
        {
            let found = FoundAnswer(kept)
            if let response = try response(to: found, .hit) {
                try await record(found, as: "hit")
                return response
            }
        }
        let turn = SemanticTurn(call, under: settings, gateway: gateway, logger: delivery.logger)
        return call.streams ? try await streamed(key, settings, turn) : try await shared(key, settings, turn)
    }

    /// - Parameter settings: Nil for a call without part in the cache.
    private func embeddings(_ settings: CacheSettings?) async throws -> Response {
        let texts = EmbeddingDelivery(admitted, under: settings, gateway: gateway, logger: delivery.logger)
        guard let texts else { return try await delivery.run() }
        return try await texts.run()
    }

    private func streamed(_ key: CacheKey, _ settings: CacheSettings, _ turn: SemanticTurn?) async throws -> Response {
        let lookup = await turn?.lookup()
        if let match = lookup?.match {
            let found = FoundAnswer(match)
            if let response = try response(to: found, .semantic) {
                try await record(found, as: "semantic")
                return response
            }
        }
        let answers = gateway.caches.answers
        let response = try await delivery.run { answer in
            answers.store(answer, for: key, under: settings)
            turn?.keep(answer, after: lookup)
        }
        return Self.marked(response, .miss)
    }

    /// One call for all that ask the same at the same time.
    private func shared(_ key: CacheKey, _ settings: CacheSettings, _ turn: SemanticTurn?) async throws -> Response {
        let answers = gateway.caches.answers
        let shared = try await gateway.caches.calls.run(key) {
            let lookup = await turn?.lookup()
            if let match = lookup?.match {
                let found = FoundAnswer(match)
                try await record(found, as: "semantic")
                return found
            }
            let answer = try await delivery.whole()
            if let kept = answer.kept {
                answers.store(kept, for: key, under: settings)
                turn?.keep(kept, after: lookup)
            }
            return FoundAnswer(answer.shared)
        }
        let found = shared.value
        if shared.role == .follower {
            gateway.caches.metrics.hit(.coalesced, saved: found.answer.costPicoUSD)
            try await record(found, as: "shared")
        }
        let result: CacheResult = found.similarity != nil ? .semantic : shared.role == .follower ? .hit : .miss
        return Self.whole(found, result)
    }

    private func key() throws(OpenAIError) -> CacheKey {
        do {
            return try CacheKey(
                answerTo: call.request.body, dialect: interface, revision: call.profile.revision,
                in: call.caller.scope)
        } catch {
            throw OpenAIError(ModelRequestError.malformed(error))
        }
    }

    /// Which interface was called, and what was chosen of it.
    private var interface: String {
        let dialect = call.request.dialect.rawValue
        return call.interface.map { "\(dialect)\n\($0.text)" } ?? dialect
    }

    // MARK: Answers that were found

    /// Nil when the answer cannot be given in the form that is asked for.
    private func response(to found: FoundAnswer, _ result: CacheResult) throws -> Response? {
        guard call.streams else { return Self.whole(found, result) }
        guard let stream = KeptStream.events(of: found.answer, for: call) else { return nil }
        var headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache, no-transform",
        ]
        found.mark(&headers, result)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: stream)))
    }

    private static func whole(_ found: FoundAnswer, _ result: CacheResult) -> Response {
        let buffer = ByteBuffer(bytes: found.answer.body)
        var headers: HTTPFields = [
            .contentType: "application/json", .contentLength: String(buffer.readableBytes),
        ]
        found.mark(&headers, result)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    private static func marked(_ response: Response, _ result: CacheResult) -> Response {
        var response = response
        result.write(to: &response.headers)
        return response
    }

    /// A call that cost nothing is on the record as any other, with what it saved.
    private func record(_ found: FoundAnswer, as source: String) async throws {
        try await gateway.recorder.record(
            call, keptAnswer: found.answer, source: source, similarity: found.similarity)
        admitted.ticket.finish(usedTokens: 0)
    }
}

/// An answer that one call found, or got, for all that ask the same.
struct FoundAnswer: Sendable {
    let answer: CachedAnswer
    /// Nil for an answer to the very same question.
    let similarity: Similarity?

    init(_ answer: CachedAnswer) {
        self.answer = answer
        similarity = nil
    }

    init(_ match: SemanticCache.Match) {
        answer = match.answer
        similarity = match.similarity
    }

    fileprivate func mark(_ fields: inout HTTPFields, _ result: CacheResult) {
        result.write(to: &fields, ageSeconds: answer.ageSeconds(at: Date()), similarity: similarity)
    }
}
