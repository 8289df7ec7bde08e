import Contracts
import Cryptography
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Synchronization

extension IdempotencyStore {
    /// Answers a POST so that a client may send it again with the same `Idempotency-Key`.
    ///
    /// The first request with a key does the work; its answer is kept for 24 hours and given again to each further
    /// request with the same method, path and body, marked `Idempotency-Replayed: true`. Another body under the key is
    /// 422; the same one while the first is under way is 409. Answers that may differ next time (5xx, 401, 403, 408,
    /// 409, 429) and streamed ones are not kept. Without the header the work is simply done.
    ///
    /// When the process dies between the work and the keeping of its answer, the key is taken over after five minutes
    /// and the work done again: what must not happen twice needs a unique key of its own.
    ///
    /// - Parameter body: Gets the bytes of the request's body.
    package func respond(
        to request: Request, context: CallerContext, maximumBytes: Int = BodyLimit.medium,
        _ body: ([UInt8]) async throws -> Response
    ) async throws -> Response {
        let bytes = try await request.collectBytes(maximumBytes: maximumBytes)
        guard let key = try Self.key(of: request) else { return try await body(bytes) }
        let fingerprint = Self.fingerprint(request, bytes)
        switch try await claim(key, fingerprint: fingerprint, scope: context.scope) {
        case .granted(let claim):
            return try await perform(key, claim, context) { try await body(bytes) }
        case .answered(let answer):
            return Self.replay(answer)
        case .inFlight:
            var headers = HTTPFields()
            headers[.retryAfter] = "1"
            throw APIError(.conflict, "a request with this idempotency key is under way", headers: headers)
        case .usedForAnotherRequest:
            throw APIError(.idempotencyConflict, "the idempotency key was used for another request")
        }
    }

    private func perform(
        _ key: String, _ claim: UUID, _ context: CallerContext, _ work: () async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await work()
            try await keep(response, key, claim, context)
            return response
        } catch let error as APIError where Self.isFinal(error.code.status) {
            try await keep(error.response(requestID: context.requestID), key, claim, context)
            throw error
        } catch {
            await forget(key, claim, context)
            throw error
        }
    }

    private func keep(_ response: Response, _ key: String, _ claim: UUID, _ context: CallerContext) async throws {
        guard Self.isFinal(response.status.code), let length = response.body.contentLength,
            length <= Self.maximumBodyBytes
        else { return await forget(key, claim, context) }
        let collector = BodyCollector()
        try await response.body.write(collector)
        let answer = StoredAnswer(
            status: response.status.code, contentType: response.headers[.contentType], body: collector.bytes)
        do {
            try await complete(key, claim: claim, answer: answer, scope: context.scope)
        } catch {
            // The work is done and its answer true; only a repetition would now wait until the claim is stale.
            context.logger.error("answer not kept for its idempotency key", error: error)
        }
    }

    private func forget(_ key: String, _ claim: UUID, _ context: CallerContext) async {
        do {
            try await release(key, claim: claim, scope: context.scope)
        } catch {
            context.logger.warning("idempotency key not released", error: error)
        }
    }

    private static func isFinal(_ status: Int) -> Bool {
        status < 500 && ![401, 403, 408, 409, 429].contains(status)
    }

    private static func key(of request: Request) throws(APIError) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("Idempotency-Key", "must be 1 to 255 printable ASCII characters")
        }
        return key
    }

    private static func fingerprint(_ request: Request, _ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update("\(request.method.rawValue)\n\(request.uri.string)\n")
        hasher.update(bytes)
        return hasher.finish()
    }

    private static func replay(_ answer: StoredAnswer) -> Response {
        var headers = HTTPFields()
        if let name = HTTPField.Name("idempotency-replayed") { headers[name] = "true" }
        let status = HTTPResponse.Status(code: answer.status)
        guard let contentType = answer.contentType else { return Response(status: status, headers: headers) }
        return .bytes(answer.body, contentType: contentType, status: status, headers: headers)
    }
}

/// Takes the bytes of a body that is in memory anyway.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { $0.append(contentsOf: buffer.readableBytesView) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
