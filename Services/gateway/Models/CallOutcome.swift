import Contracts

/// How a call ended, as it is written into the ledger and the audit log.
struct CallOutcome: Sendable {
    var result: AuditRecord.Outcome
    var usage: TokenUsage
    /// False when the provider did not say what was used and `usage` is our estimate.
    var isExact: Bool
    /// A word on the failure; nil for a success.
    var reason: String?

    static func success(_ usage: TokenUsage) -> CallOutcome {
        CallOutcome(result: .success, usage: usage, isExact: true)
    }

    /// Nothing was used that we know of.
    static func failure(_ failure: ProviderFailure) -> CallOutcome {
        CallOutcome(result: .failure, usage: .none, isExact: !failure.mayHaveRun, reason: failure.reason)
    }

    static func estimate(
        _ usage: TokenUsage, result: AuditRecord.Outcome, reason: String?
    ) -> CallOutcome {
        CallOutcome(result: result, usage: usage, isExact: false, reason: reason)
    }
}
