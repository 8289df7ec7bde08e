import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Observability
import ServiceKit

/// Passes a request on to the service that owns its route, in the name of a caller who was verified here.
///
/// Only headers that are named here cross over, in both directions: no credentials of the client, no `X-Tenant-*`, no
/// `X-Asterism-*` but the context that is signed here, nothing that belongs to one hop (RFC 9110 §7.6.1).
struct ServiceProxy: Sendable {
    let client: CurlClient
    let signer: TrustSigner
    let urls: [ServiceName: String]

    /// The longest thing a service does before it answers is an answer by a model.
    private static let firstByteTimeout = Duration.seconds(180)
    /// Services send a comment at least every 15 s on a stream that has nothing to say.
    private static let idleTimeout = Duration.seconds(60)
    /// A stream of events of a run lives for as long as the run; the client connects again after that.
    private static let deadline = Duration.seconds(3600)
    /// A larger answer of a service, a document, is passed on in pieces.
    private static let maximumAnswerBytes = 64 << 20

    private static let requestHeaders = [
        "accept", "content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id",
    ].compactMap { HTTPField.Name($0) }
    private static let answerHeaders = [
        "allow", "cache-control", "content-disposition", "content-type", "etag", "idempotency-replayed", "link",
        "location", "retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
    ].compactMap { HTTPField.Name($0) }

    /// What is done for whom: signed for the audience.
    enum Principal: Sendable {
        case caller(Caller)
        /// The operator, for no tenant.
        case platform
    }

    func forward(
        _ request: Request, to service: ServiceName, as principal: Principal, requestID: String, trace: TraceContext
    ) async throws -> Response {
        let body = try await request.collectBytes(maximumBytes: BodyLimit.large)
        let token =
            switch principal {
            case .caller(let caller): try signer.token(for: service, as: caller)
            case .platform: try signer.token(for: service, requestID: requestID)
            }
        var headers = [
            (ContextToken.header, token), ("X-Request-Id", requestID), ("traceparent", trace.traceparent),
        ]
        for name in Self.requestHeaders {
            if let value = request.headers[name] { headers.append((name.rawName, value)) }
        }
        let outgoing = OutgoingRequest(
            method: request.method.rawValue, url: try url(of: request, at: service), headers: headers,
            body: body.isEmpty && !Self.hasBody(request) ? nil : body, deadline: Self.deadline,
            connectTimeout: .seconds(2), firstByteTimeout: Self.firstByteTimeout, idleTimeout: Self.idleTimeout,
            maximumResponseBytes: Self.maximumAnswerBytes)
        do {
            let answer = try await client.stream(outgoing)
            // The caller was let in here; a service that does not believe it is our fault and not the caller's.
            guard answer.status != 401 else {
                throw APIError(.internalError, internalReason: "\(service.rawValue) refused the gateway's token")
            }
            return Self.response(answer)
        } catch let error as CurlError {
            throw Self.translate(error, service)
        }
    }

    private func url(of request: Request, at service: ServiceName) throws(APIError) -> String {
        guard let base = urls[service] else {
            throw .unavailable("\(service.rawValue) is not configured")
        }
        // `/v1/usage/../../internal/v1/leases` is under `/v1/usage` by its beginning only.
        guard !Self.climbs(request.uri.path) else { throw .notFound() }
        guard let query = request.uri.query else { return base + request.uri.path }
        return "\(base)\(request.uri.path)?\(query)"
    }

    /// Whether a segment means «here» or «up», as it stands or percent-encoded (RFC 3986 §5.2.4), or hides a slash.
    static func climbs(_ path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).contains { segment in
            guard let plain = segment.removingPercentEncoding else { return true }
            return plain == "." || plain == ".." || plain.contains("/") || plain.contains("\\")
        }
    }

    private static func hasBody(_ request: Request) -> Bool {
        request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil
    }

    private static func response(_ answer: StreamingResponse) -> Response {
        var headers = HTTPFields()
        for name in answerHeaders {
            if let value = answer.headers[name.canonicalName] { headers[name] = value }
        }
        let status = HTTPResponse.Status(code: answer.status)
        guard status != .noContent, status != .notModified else { return Response(status: status, headers: headers) }
        let length = answer.headers["content-length"].flatMap { Int($0) }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                for try await bytes in answer.body { try await writer.write(ByteBuffer(bytes: bytes)) }
                try await writer.finish(nil)
            })
    }

    private static func translate(_ error: CurlError, _ service: ServiceName) -> APIError {
        let reason = "\(service.rawValue): \(error)"
        switch error.code {
        case .timeout(.connect): return .unavailable("\(service.rawValue) cannot answer now", internalReason: reason)
        case .timeout: return APIError(.upstreamTimeout, "\(service.rawValue) took too long", internalReason: reason)
        case .invalidRequest: return APIError(.malformedRequest, "the path cannot be passed on", internalReason: reason)
        case .bodyTooLarge, .headersTooLarge, .tls, .refusedByPolicy:
            return APIError(.upstreamFailed, internalReason: reason)
        default: return .unavailable("\(service.rawValue) cannot answer now", internalReason: reason)
        }
    }
}
