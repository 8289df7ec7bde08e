import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit

/// Answers calls from what is kept, joins identical ones under way, and keeps what comes.
///
/// Who is answered here needs no tokens, no budget and no provider; the call is recorded with what that saved.
struct CachedCalls: Sendable {
    /// The vector of a text, by one of the tenant's own models: a call of its own, metered as such.
    typealias Embed = @Sendable (String) async throws -> [Float]

    /// What became of a call before any provider was asked.
    enum Lookup: Sendable {
        case kept(Response)
        /// Nothing is kept. The vector is the question's, for `keep`.
        case missed(UnitVector?)
    }

    let caches: ModelCaches
    let recorder: CallRecorder

    /// Looks for an answer: to the same request, and then to a question of the same meaning.
    ///
    /// - Parameter embed: Nil to compare no meanings.
    /// - Throws: When the record could not be kept; the call is then not answered.
    func lookUp(
        _ call: ModelCall, _ use: CacheUse, labels: CallLabels, at now: Date, embed: Embed? = nil
    ) async throws -> Lookup {
        guard !use.refreshes else { return .missed(nil) }
        let kept: CachedAnswer? =
            call.streams
            ? await caches.answers.answer(for: use.stream, or: use.whole, under: use.settings, at: now)
            : await caches.answers.answer(for: use.whole, under: use.settings, at: now)
        if let kept, let body = Self.body(of: kept, for: call) {
            try await recorder.recordSaved(call, by: .cache, answer: kept, labels: labels)
            return .kept(Self.response(body, kept, to: call, at: now))
        }
        guard let question = use.question, let embed else { return .missed(nil) }
        let near = await caches.semantic.answer(
            like: question, floor: use.similarity, under: use.settings, at: now, embed: embed)
        guard let match = near.match, let body = Self.body(of: match.answer, for: call) else {
            return .missed(near.vector)
        }
        try await recorder.recordSaved(call, by: .likeness(match.similarity), answer: match.answer, labels: labels)
        return .kept(Self.response(body, match.answer, to: call, at: now, similarity: match.similarity))
    }

    /// A whole answer by `deliver`, or by that of an identical call under way.
    ///
    /// - Parameter deliver: Makes and records the call. It is not cancelled with its caller, since others may wait.
    func whole(
        _ call: ModelCall, _ use: CacheUse, labels: CallLabels, vector: UnitVector? = nil,
        deliver: @escaping @Sendable () async throws -> CachedAnswer
    ) async throws -> Response {
        let work: @Sendable () async throws -> CachedAnswer = {
            let answer = try await deliver()
            keep(answer, use, vector: vector)
            return answer
        }
        // Who wants a new answer must not get one that was begun before it asked.
        guard !use.refreshes else { return Self.response(try await work(), to: call) }
        let shared = try await caches.calls.run(use.whole, work)
        let answer = shared.value
        if shared.role == .follower {
            caches.metrics.hit(.coalesced, saved: answer.costPicoUSD)
            try await recorder.recordSaved(call, by: .coalescing, answer: answer, labels: labels)
        }
        return Self.response(answer, to: call)
    }

    /// Keeps an answer, whole or streamed, if it is complete.
    ///
    /// - Parameter vector: The question's, from `lookUp`.
    func keep(_ answer: CachedAnswer, _ use: CacheUse, vector: UnitVector? = nil) {
        guard AnswerCompleteness.isComplete(answer.body) else { return }
        switch answer.format {
        case .stream: caches.answers.store(answer, for: use.stream, under: use.settings)
        case .whole:
            caches.answers.store(answer, for: use.whole, under: use.settings)
            if let question = use.question, let vector {
                caches.semantic.store(answer, to: question, vector: vector, under: use.settings)
            }
        }
    }

    // MARK: Responses

    /// The kept answer in the form that the call wants; nil when it cannot be brought into it.
    private static func body(of answer: CachedAnswer, for call: ModelCall) -> [UInt8]? {
        switch (answer.format, call.streams) {
        case (.whole, false), (.stream, true): answer.body
        case (.whole, true): KeptStream.bytes(of: answer.body, in: call.request.dialect, call.answerContext())
        case (.stream, false): nil
        }
    }

    private static func response(
        _ body: [UInt8], _ answer: CachedAnswer, to call: ModelCall, at now: Date, similarity: Double? = nil
    ) -> Response {
        var response = response(body, streams: call.streams)
        CacheResult.hit.write(to: &response.headers, ageSeconds: answer.ageSeconds(at: now))
        if let similarity, let name = HTTPField.Name("X-Asterism-Similarity") {
            response.headers[name] = String(Double(Int(similarity * 10_000)) / 10_000)
        }
        return response
    }

    private static func response(_ answer: CachedAnswer, to call: ModelCall) -> Response {
        var response = response(answer.body, streams: false)
        CacheResult.miss.write(to: &response.headers)
        return response
    }

    private static func response(_ body: [UInt8], streams: Bool) -> Response {
        let buffer = ByteBuffer(bytes: body)
        var fields: HTTPFields = [.contentLength: String(buffer.readableBytes)]
        if streams {
            fields[.contentType] = "text/event-stream; charset=utf-8"
            fields[.cacheControl] = "no-cache, no-transform"
        } else {
            fields[.contentType] = "application/json"
        }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: buffer))
    }
}
