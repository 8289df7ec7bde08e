import Contracts
import CurlClient
import Foundation
import HTTPTypes
import Resilience

/// Why an attempt did not succeed: what that means for a retry, for the breaker, and for our own caller.
struct ServiceCallFailure: Error {
    let kind: FailureClass
    /// Whether it says that the other service is unwell.
    let isOutage: Bool
    let retryAfter: Duration?
    let error: APIError

    /// Nil for a success.
    init?(_ answer: OutgoingResponse, from service: ServiceName) {
        guard !(200..<300).contains(answer.status) else { return nil }
        let seconds = answer.headers["Retry-After"].flatMap { Int($0) }.map { max(0, $0) }
        retryAfter = seconds.map { .seconds($0) }
        isOutage = answer.status >= 500
        kind =
            switch answer.status {
            case 429, 503: .notStarted
            case 500...: .ambiguous
            default: .permanent
            }
        error = Self.translate(answer, from: service, retryAfterSeconds: seconds)
    }

    init(_ failure: CurlError, from service: ServiceName) {
        retryAfter = nil
        let reason = "\(service.rawValue): \(failure)"
        switch failure.code {
        case .resolveFailed, .connectFailed, .overloaded, .timeout(.connect):
            (kind, isOutage) = (.notStarted, true)
            error = .unavailable("\(service.rawValue) cannot answer now", internalReason: reason)
        case .timeout:
            (kind, isOutage) = (failure.requestMayHaveBeenSent ? .ambiguous : .notStarted, true)
            error = APIError(.upstreamTimeout, "\(service.rawValue) took too long", internalReason: reason)
        case .transferBroken, .headersTooLarge:
            (kind, isOutage) = (failure.requestMayHaveBeenSent ? .ambiguous : .notStarted, true)
            error = .unavailable("\(service.rawValue) cannot answer now", internalReason: reason)
        case .shutDown, .cancelled:
            (kind, isOutage) = (.permanent, false)
            error = .unavailable("the service is shutting down", internalReason: reason)
        case .invalidRequest, .refusedByPolicy, .tls, .bodyTooLarge:
            (kind, isOutage) = (.permanent, false)
            error = APIError(.upstreamFailed, internalReason: reason)
        }
    }

    private static func translate(
        _ answer: OutgoingResponse, from service: ServiceName, retryAfterSeconds: Int?
    ) -> APIError {
        let problem = try? SharedCoders.decoder.decode(Problem.self, from: Data(answer.body))
        let reason = "\(service.rawValue) answered \(answer.status) \(problem?.code.rawValue ?? "")"
        switch answer.status {
        case 401:
            // Our token was refused: nothing that our caller could mend.
            return APIError(.internalError, internalReason: reason)
        case 503:
            return .unavailable(
                "\(service.rawValue) cannot answer now", retryAfterSeconds: retryAfterSeconds ?? 1,
                internalReason: reason)
        case 504: return APIError(.upstreamTimeout, "\(service.rawValue) took too long", internalReason: reason)
        case 400..<500:
            guard let problem else { return APIError(.upstreamFailed, internalReason: reason) }
            var headers = HTTPFields()
            if let retryAfterSeconds { headers[.retryAfter] = String(retryAfterSeconds) }
            return APIError(problem.code, problem.detail, errors: problem.errors ?? [], headers: headers)
        default: return APIError(.upstreamFailed, internalReason: reason)
        }
    }
}
