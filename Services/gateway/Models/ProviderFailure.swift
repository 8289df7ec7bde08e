import Contracts
import CurlClient
import Foundation
import HTTPTypes
import ServiceKit

/// Why a provider gave no usable answer, and what the client is told.
///
/// What the client can mend (400, 404, 409, 413, 422, 429, …) is passed on as the provider said it. What it cannot is
/// 502, or 504 for time: the provider's refusal of *our* credentials too, which must not look like a refusal of the
/// client's key.
struct ProviderFailure: Error, Equatable {
    /// Whose fault it is, which decides what happens next.
    enum Blame: String, Sendable {
        /// The caller's: every provider would refuse it.
        case request
        /// Ours: the credentials, the model's name or the address that are configured for this provider.
        case configuration
        /// The provider has had enough for now.
        case limit
        /// The provider's, or that of the way to it.
        case provider
    }

    var error: OpenAIError
    /// For the records: a word without personal data or secrets.
    let reason: String
    /// The provider may have done, and billed, the work.
    let mayHaveRun: Bool
    let blame: Blame
    /// The provider's status and the headers that say when to come back; nil when it gave no answer.
    var status: Int?
    var headers: ResponseHeaders?

    /// Another provider, or the same one a little later, may do what this one did not.
    var isWorthAnotherTry: Bool { blame != .request }

    init(_ error: OpenAIError, reason: String, mayHaveRun: Bool, blame: Blame = .provider) {
        self.error = error
        self.reason = reason
        self.mayHaveRun = mayHaveRun
        self.blame = blame
    }

    /// A status other than 2xx, with the provider's words in OpenAI's shape or none.
    init(status: Int, headers: ResponseHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, error: Self.passedOn(status, body))
    }

    /// A status other than 2xx.
    ///
    /// - Parameter error: What the provider said, in neutral words; shown when the caller can do something about it.
    init(status: Int, headers: ResponseHeaders, error: OpenAIError) {
        // A provider that says when it will be back is not broken but busy, and not to be asked again at once.
        let isAway = status == 503 && ProviderCooldown.stated({ headers[$0] }, at: Date()) != nil
        self = isAway ? .overloaded(reason: "status \(status)") : Self.judged(status, error)
        self.status = status
        self.headers = headers
        if blame == .limit, let delay = headers["retry-after"], delay.utf8.count < 64,
            ProviderCooldown.stated({ $0 == "retry-after" ? delay : nil }, at: Date()) != nil
        {
            self.error.headers[.retryAfter] = delay
        }
    }

    private static func overloaded(reason: String) -> ProviderFailure {
        ProviderFailure(
            gateway(503, "The provider is overloaded.", "provider_overloaded"), reason: reason, mayHaveRun: false,
            blame: .limit)
    }

    private static func judged(_ status: Int, _ error: OpenAIError) -> ProviderFailure {
        let reason = "status \(status)"
        return switch status {
        case 401, 403:
            ProviderFailure(
                gateway(
                    502, "The provider refused the credentials that are configured for it.",
                    "provider_credentials_refused"
                ).withoutRetry(), reason: reason, mayHaveRun: false, blame: .configuration)
        case 404: ProviderFailure(error, reason: reason, mayHaveRun: false, blame: .configuration)
        case 429: ProviderFailure(error, reason: reason, mayHaveRun: false, blame: .limit)
        case 408, 409: ProviderFailure(error, reason: reason, mayHaveRun: false)
        case 400..<500: ProviderFailure(error, reason: reason, mayHaveRun: false, blame: .request)
        case 504:
            ProviderFailure(
                gateway(504, "The provider took too long to answer.", "provider_timeout"), reason: reason,
                mayHaveRun: true)
        case 529: overloaded(reason: reason)
        default:
            ProviderFailure(
                gateway(502, "The provider failed with status \(status).", "provider_failed"), reason: reason,
                mayHaveRun: false)
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
                    .withoutRetry(), reason: reason, mayHaveRun: false, blame: .configuration)
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

    /// What ended a stream early.
    init(stream error: any Error) {
        self =
            switch error {
            case let failure as ProviderFailure: failure
            case let error as CurlError where error.code == .timeout(.idle) || error.code == .timeout(.total):
                .stalled("\(error.code)")
            case let error as CurlError: .brokenStream("\(error.code)")
            case let error as RelayFailure: .brokenStream("\(error)")
            default: .brokenStream("cancelled")
            }
    }

    /// The client's request cannot be said in the provider's words, or its answer not in the client's.
    init(_ error: TranslationError) {
        switch error {
        case .unsupported(let parameter, let problem):
            self.init(
                Self.refused(parameter, problem, "unsupported_parameter"), reason: "unsupported \(parameter)",
                mayHaveRun: false, blame: .configuration)
        case .invalid(let parameter, let problem):
            self.init(
                Self.refused(parameter, problem, "invalid_request"), reason: "invalid \(parameter)",
                mayHaveRun: false, blame: .request)
        case .malformedAnswer(let problem): self = .unusable(problem)
        }
    }

    private static func refused(_ parameter: String, _ problem: String, _ code: String) -> OpenAIError {
        OpenAIError(
            status: 400, message: "Invalid '\(parameter)': \(problem).", type: "invalid_request_error",
            parameter: parameter, code: code)
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

    /// A stream whose provider fell silent.
    static func stalled(_ reason: String) -> ProviderFailure {
        ProviderFailure(
            gateway(504, "The provider fell silent; what was sent is not complete.", "stream_interrupted"),
            reason: reason, mayHaveRun: true)
    }

    /// Not the provider's: the tenant's budget ended while the answer came.
    static let budgetEnded = ProviderFailure(
        OpenAIError(APIError(.budgetExhausted, "The budget has ended; what was sent is not complete.")),
        reason: "budget ended, answer cut off", mayHaveRun: true, blame: .request)

    private static func gateway(_ status: Int, _ message: String, _ code: String) -> OpenAIError {
        OpenAIError(status: status, message: message, type: "server_error", code: code)
    }

    /// The provider's own words, when they are in OpenAI's shape.
    private static func passedOn(_ status: Int, _ body: [UInt8]) -> OpenAIError {
        var error = OpenAIError(
            status: status, message: "The provider refused the request with status \(status).",
            type: status == 429 ? "requests" : "invalid_request_error",
            code: status == 429 ? "rate_limit_exceeded" : nil)
        if let answer = try? ModelAnswer(body), answer.isError { error.ownBody = body }
        return error
    }
}
