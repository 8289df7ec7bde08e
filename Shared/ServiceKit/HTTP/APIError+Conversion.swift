import Contracts
import HTTPTypes
import Hummingbird
import NIOCore
package import Postgres

extension APIError {
    /// The one place where any error becomes an answer.
    package static func from(_ error: any Error, method: String, allowed: [String]) -> APIError {
        switch error {
        case let error as APIError: error
        case let error as PostgresError: from(error)
        case let error as HTTPError: from(error, method: method, allowed: allowed)
        case is NIOTooManyBytesError: APIError(.bodyTooLarge)
        case is CancellationError: .unavailable("the request was cancelled", internalReason: "cancelled")
        case let error as any HTTPResponseError:
            APIError(code(for: error.status.code), internalReason: "\(error)", underlying: error)
        default: APIError(.internalError, internalReason: "unexpected error", underlying: error)
        }
    }

    private static func from(_ error: HTTPError, method: String, allowed: [String]) -> APIError {
        guard error.status == .notFound, error.body == nil else {
            return APIError(code(for: error.status.code), error.body, headers: error.headers)
        }
        guard !allowed.isEmpty, !allowed.contains(method) else {
            return APIError(.notFound, "there is no such path")
        }
        var headers = HTTPFields()
        headers[.allow] = allowed.joined(separator: ", ")
        return APIError(
            .methodNotAllowed, "this path takes \(allowed.joined(separator: ", "))", headers: headers)
    }

    private static func code(for status: Int) -> ErrorCode {
        switch status {
        case 422: .invalidRequest
        default: ErrorCode.allCases.first { $0.status == status } ?? (status < 500 ? .malformedRequest : .internalError)
        }
    }

    /// What a failure of PostgreSQL means to the caller. Nothing of its text is shown.
    package static func from(_ error: PostgresError) -> APIError {
        let reason = "postgres: \(error)"
        if error.isUnavailable {
            return .unavailable("the database cannot answer now", internalReason: reason)
        }
        switch error.code {
        case .timeout: return APIError(.upstreamTimeout, "the database took too long", internalReason: reason)
        case .cancelled: return .unavailable("the request was cancelled", internalReason: reason)
        case .server where error.sqlState == "57014":
            return APIError(.upstreamTimeout, "the database took too long", internalReason: reason)
        case .server where error.isTransient:
            return .unavailable("the data is in use, try again", internalReason: reason)
        default: return APIError(.internalError, internalReason: reason)
        }
    }
}
