/// Every way a request can fail. The raw value is in the body of the error and names its page in `docs/errors/`.
package enum ErrorCode: String, Codable, Sendable, CaseIterable {
    case malformedRequest = "malformed_request"
    case unauthenticated
    case budgetExhausted = "budget_exhausted"
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case conflict
    case idempotencyConflict = "idempotency_conflict"
    case preconditionFailed = "precondition_failed"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case invalidRequest = "invalid_request"
    case rateLimited = "rate_limited"
    case internalError = "internal_error"
    case upstreamFailed = "upstream_failed"
    case unavailable
    case upstreamTimeout = "upstream_timeout"

    package var status: Int {
        switch self {
        case .malformedRequest: 400
        case .unauthenticated: 401
        case .budgetExhausted: 402
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict: 409
        case .idempotencyConflict: 422
        case .preconditionFailed: 412
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .invalidRequest: 422
        case .rateLimited: 429
        case .internalError: 500
        case .upstreamFailed: 502
        case .unavailable: 503
        case .upstreamTimeout: 504
        }
    }

    package var title: String {
        switch self {
        case .malformedRequest: "The request could not be read"
        case .unauthenticated: "No valid credentials"
        case .budgetExhausted: "The budget is used up"
        case .forbidden: "The key may not do this"
        case .notFound: "There is no such thing"
        case .methodNotAllowed: "The path does not take this method"
        case .requestTimeout: "The request took too long to arrive"
        case .conflict: "The request conflicts with the present state"
        case .idempotencyConflict: "The idempotency key was used for another request"
        case .preconditionFailed: "It was changed since it was read"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The media type is not supported"
        case .invalidRequest: "The request is well-formed but not valid"
        case .rateLimited: "Too many requests"
        case .internalError: "Something went wrong here"
        case .upstreamFailed: "A system that this depends on failed"
        case .unavailable: "The service cannot answer now"
        case .upstreamTimeout: "A system that this depends on took too long"
        }
    }
}
