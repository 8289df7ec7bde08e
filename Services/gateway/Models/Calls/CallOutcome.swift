import Contracts

/// How a call ended, as it is written into the ledger and the audit log.
struct CallOutcome: Sendable {
    var result: AuditRecord.Outcome
    var usage: TokenUsage
    /// False when the provider did not say what was used and `usage` is our estimate.
    var isExact: Bool
    /// A word on the failure; nil for a success.
    var reason: String?
    /// What was had without paying for it; nil when there was nothing, as for nearly every call.
    var savings: CallSavings?

    static func success(_ usage: TokenUsage) -> CallOutcome {
        CallOutcome(result: .success, usage: usage, isExact: true)
    }

    /// A failure before any of the answer came. A provider that may have begun has read the request at least.
    static func failure(_ failure: ProviderFailure, of attempt: CallAttempt) -> CallOutcome {
        let reason = attempt.reason(failure.reason)
        guard failure.mayHaveRun else {
            return CallOutcome(result: .failure, usage: .none, isExact: true, reason: reason)
        }
        let usage = UsageEstimate.usage(requestBytes: attempt.requestBytes, answerTokens: 0)
        return .estimate(usage, result: .failure, reason: reason)
    }

    static func estimate(
        _ usage: TokenUsage, result: AuditRecord.Outcome, reason: String?
    ) -> CallOutcome {
        CallOutcome(result: result, usage: usage, isExact: false, reason: reason)
    }
}

/// What a call had from what is kept or from other callers' calls. An object, so that the many calls without any do not
/// carry it about.
final class CallSavings: Sendable {
    /// What it would have cost.
    let picoUSD: Int64
    /// For the audit record.
    let details: [String: String]

    init(picoUSD: Int64, details: [String: String]) {
        self.picoUSD = picoUSD
        self.details = details
    }
}
