import Contracts
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// A POST of an operator with an `Idempotency-Key` is done once; sent again it gets the first answer, marked
/// `Idempotency-Replayed: true`. Another body under the key is 422, the same one while the first is under way 409.
/// Failures are not kept.
struct OperatorIdempotencyMiddleware: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let answers: OperatorAnswers

    func handle(
        _ request: Request, context: ServiceRequestContext,
        next: (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .post, let key = request.headers[.idempotencyKey] else {
            return try await next(request, context)
        }
        guard (1...255).contains(key.utf8.count) else {
            throw APIError.invalid("Idempotency-Key", "must have from 1 to 255 characters")
        }
        let body = try await request.collectBytes(maximumBytes: BodyLimit.small)
        let name = SHA256.hash("\(request.uri.path)\n\(key)")
        let repeatable = Request(head: request.head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        switch try await answers.claim(name, fingerprint: SHA256.hash(body)) {
        case .granted: return try await perform(name, context) { try await next(repeatable, context) }
        case .answered(let answer): return Self.replay(answer)
        case .underWay: throw APIError(.conflict, "a request with this idempotency key is under way")
        case .usedForAnotherRequest:
            throw APIError(.idempotencyConflict, "the idempotency key was used for another request")
        }
    }

    private func perform(
        _ name: [UInt8], _ context: ServiceRequestContext, _ work: () async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await work()
        } catch {
            do {
                try await answers.release(name)
            } catch let failure {
                context.logger.warning("idempotency key not released", metadata: ["error": "\(failure)"])
            }
            throw error
        }
        let collector = BodyCollector()
        try await response.body.write(collector)
        do {
            try await answers.keep(
                OperatorAnswers.Answer(
                    status: response.status.code, contentType: response.headers[.contentType] ?? "",
                    body: Data(collector.bytes)), for: name)
        } catch {
            // The work is done and its answer true; a repetition waits until the claim is stale.
            context.logger.error("answer not kept for its idempotency key", metadata: ["error": "\(error)"])
        }
        return response
    }

    private static func replay(_ answer: OperatorAnswers.Answer) -> Response {
        var headers = HTTPFields()
        if let name = HTTPField.Name("idempotency-replayed") { headers[name] = "true" }
        return .bytes(
            answer.body, contentType: answer.contentType, status: HTTPResponse.Status(code: answer.status),
            headers: headers)
    }
}
