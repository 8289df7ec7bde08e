import CurlClient
import HTTPTypes

/// Why a provider gave no usable answer, and what the client is told.
///
/// What the client can mend (400, 404, 409, 413, 422, 429, …) is passed on as the provider said it. What it cannot is
/// 502, or 504 for time: the provider's refusal of *our* credentials too, which must not look like a refusal of the
/// client's key.
struct ProviderFailure: Error {
    let error: OpenAIError
    /// For the records: a word without personal data or secrets.
    let reason: String
    /// The provider may have done, and billed, the work.
    let mayHaveRun: Bool

    init(_ error: OpenAIError, reason: String, mayHaveRun: Bool) {
        self.error = error
        self.reason = reason
        self.mayHaveRun = mayHaveRun
    }

    init(status: Int, headers: ResponseHeaders, body: [UInt8]) {
        switch status {
        case 401, 403:
            self.init(
                Self.gateway(
                    502, "The provider refused the credentials that are configured for it.",
                    "provider_credentials_refused"
                ).withoutRetry(), reason: "status \(status)", mayHaveRun: false)
        case 400..<500:
            self.init(Self.passedOn(status, headers, body), reason: "status \(status)", mayHaveRun: false)
        case 504:
            self.init(
                Self.gateway(504, "The provider took too long to answer.", "provider_timeout"),
                reason: "status 504", mayHaveRun: true)
        default:
            self.init(
                Self.gateway(502, "The provider failed with status \(status).", "provider_failed"),
                reason: "status \(status)", mayHaveRun: false)
        }
    }

    init(_ error: CurlError) {
        let reason = "\(error.code)"
        let ran = error.requestMayHaveBeenSent
        switch error.code {
        case .timeout(.connect):
            self.init(
                Self.gateway(504, "The provider could not be reached in time.", "provider_timeout"), reason: reason,
                mayHaveRun: false)
        case .timeout:
            self.init(
                Self.gateway(504, "The provider took too long to answer.", "provider_timeout"), reason: reason,
                mayHaveRun: true)
        case .refusedByPolicy:
            self.init(
                Self.gateway(502, "The provider's address is not allowed.", "provider_address_refused")
                    .withoutRetry(), reason: reason, mayHaveRun: false)
        case .overloaded, .shutDown:
            self.init(
                Self.gateway(503, "The gateway has no room for another call.", "overloaded"), reason: reason,
                mayHaveRun: false)
        case .bodyTooLarge, .headersTooLarge:
            self.init(
                Self.gateway(502, "The provider's answer is too large.", "provider_answer_too_large"),
                reason: reason, mayHaveRun: true)
        default:
            self.init(
                Self.gateway(502, "The connection to the provider failed.", "provider_unreachable"), reason: reason,
                mayHaveRun: ran)
        }
    }

    /// An answer with status 200 that is not what was asked for.
    static func unusable(_ reason: String) -> ProviderFailure {
        ProviderFailure(
            gateway(502, "The provider's answer could not be read.", "provider_answer_unusable"), reason: reason,
            mayHaveRun: true)
    }

    /// A stream that ended before its end.
    static func brokenStream(_ reason: String) -> ProviderFailure {
        ProviderFailure(
            gateway(502, "The provider's answer broke off; what was sent is not complete.", "stream_interrupted"),
            reason: reason, mayHaveRun: true)
    }

    private static func gateway(_ status: Int, _ message: String, _ code: String) -> OpenAIError {
        OpenAIError(status: status, message: message, type: "server_error", code: code)
    }

    /// The provider's own words, when they are in OpenAI's shape.
    private static func passedOn(_ status: Int, _ headers: ResponseHeaders, _ body: [UInt8]) -> OpenAIError {
        var error = OpenAIError(
            status: status, message: "The provider refused the request with status \(status).",
            type: status == 429 ? "requests" : "invalid_request_error",
            code: status == 429 ? "rate_limit_exceeded" : nil)
        if let answer = try? ModelAnswer(body), answer.isError { error.ownBody = body }
        if let delay = headers["retry-after"], delay.utf8.count < 64 { error.headers[.retryAfter] = delay }
        return error
    }
}
