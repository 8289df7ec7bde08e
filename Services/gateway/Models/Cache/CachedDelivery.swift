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

    init(_ admitted: AdmittedCall, gateway: ModelGateway, logger: Logger) {
        self.admitted = admitted
        self.gateway = gateway
        delivery = CallDelivery(admitted: admitted, gateway: gateway, logger: logger)
    }

    private var call: ModelCall { admitted.call }

    func run() async throws -> Response {
        guard let settings = call.profile.cache, call.kind == .chat else { return try await delivery.run() }
        guard call.directive != .bypass else { return Self.marked(try await delivery.run(), .bypass) }
        let key = try key()
        if call.directive == .use, let kept = await gateway.caches.answers.answer(for: key, under: settings, at: Date())
        {
            if let response = try response(to: kept, .hit) {
                try await record(kept, as: "hit")
                return response
            }
        }
        guard !call.streams else {
            let answers = gateway.caches.answers
            return Self.marked(
                try await delivery.run { answers.store($0, for: key, under: settings) }, .miss)
        }
        return try await shared(key, settings)
    }

    /// One call for all that ask the same at the same time.
    private func shared(_ key: CacheKey, _ settings: CacheSettings) async throws -> Response {
        let delivery = delivery
        let caches = gateway.caches
        let shared = try await caches.calls.run(key) {
            let answer = try await delivery.whole()
            if let kept = answer.kept { caches.answers.store(kept, for: key, under: settings) }
            return answer.shared
        }
        if shared.role == .follower {
            caches.metrics.hit(.coalesced, saved: shared.value.costPicoUSD)
            try await record(shared.value, as: "shared")
        }
        return Self.whole(shared.value, shared.role == .follower ? .hit : .miss)
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

    // MARK: Answers that were kept

    /// Nil when the answer cannot be given in the form that is asked for.
    private func response(to kept: CachedAnswer, _ result: CacheResult) throws -> Response? {
        guard call.streams else { return Self.whole(kept, result) }
        guard let stream = KeptStream.events(of: kept, for: call) else { return nil }
        var headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache, no-transform",
        ]
        result.write(to: &headers, ageSeconds: kept.ageSeconds(at: Date()))
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: stream)))
    }

    private static func whole(_ kept: CachedAnswer, _ result: CacheResult) -> Response {
        let buffer = ByteBuffer(bytes: kept.body)
        var headers: HTTPFields = [
            .contentType: "application/json", .contentLength: String(buffer.readableBytes),
        ]
        result.write(to: &headers, ageSeconds: kept.ageSeconds(at: Date()))
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    private static func marked(_ response: Response, _ result: CacheResult) -> Response {
        var response = response
        result.write(to: &response.headers)
        return response
    }

    /// A call that cost nothing is on the record as any other, with what it saved.
    private func record(_ kept: CachedAnswer, as source: String) async throws {
        try await gateway.recorder.record(call, keptAnswer: kept, source: source)
        admitted.ticket.finish(usedTokens: 0)
    }
}
