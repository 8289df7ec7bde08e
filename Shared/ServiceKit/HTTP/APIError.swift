package import Contracts
package import Hummingbird

/// The one error that routes and storage throw outwards. It separates what the caller reads from what we log.
package struct APIError: Error, HTTPResponseError {
    package var code: ErrorCode
    /// Written into the answer. Never says what another tenant has, nor how we are built.
    package var publicDetail: String?
    /// Written to the log only.
    package var internalReason: String?
    /// Which fields are wrong.
    package var errors: [Problem.FieldError]
    package var underlying: (any Error)?
    package var headers: HTTPFields

    package init(
        _ code: ErrorCode, _ publicDetail: String? = nil, internalReason: String? = nil,
        errors: [Problem.FieldError] = [], underlying: (any Error)? = nil, headers: HTTPFields = [:]
    ) {
        self.code = code
        self.publicDetail = publicDetail
        self.internalReason = internalReason
        self.errors = errors
        self.underlying = underlying
        self.headers = headers
    }

    /// One field of the request is wrong (422).
    package static func invalid(_ field: String, _ detail: String) -> APIError {
        APIError(
            .invalidRequest, "\(field): \(detail)", errors: [Problem.FieldError(field: field, detail: detail)])
    }

    /// There is no such thing for this caller: also when it belongs to somebody else.
    package static func notFound(_ what: String = "resource") -> APIError {
        APIError(.notFound, "there is no such \(what)")
    }

    /// 503 with `Retry-After` in whole seconds.
    package static func unavailable(
        _ publicDetail: String, retryAfterSeconds: Int = 1, internalReason: String? = nil,
        underlying: (any Error)? = nil
    ) -> APIError {
        var headers = HTTPFields()
        headers[.retryAfter] = String(max(1, retryAfterSeconds))
        return APIError(
            .unavailable, publicDetail, internalReason: internalReason, underlying: underlying, headers: headers)
    }

    package var status: HTTPResponse.Status { HTTPResponse.Status(code: code.status) }

    package func problem(requestID: String?) -> Problem {
        Problem(
            code: code, detail: publicDetail, requestID: requestID, errors: errors.isEmpty ? nil : errors)
    }

    /// `application/problem+json`. The outermost middleware answers with it; this also serves code outside of it.
    package func response(from request: Request, context: some RequestContext) throws -> Response {
        response(requestID: (context as? any IdentifiedContext)?.requestID)
    }

    package func response(requestID: String?) -> Response {
        var response = Response.problem(problem(requestID: requestID))
        for field in headers { response.headers[field.name] = field.value }
        return response
    }
}
