import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization

/// A call whose money is held. It is settled and recorded exactly once, on every way out: also when the answer's body
/// is never asked for because the client has gone, which nothing but the end of this object shows.
final class OpenCall: Sendable {
    let call: ModelCall
    let hold: SpendingLedger.Hold
    private let price: ModelPrice?
    private let budgets: BudgetAuthority
    private let recorder: CallRecorder
    private let logger: Logger
    private let isFinished = Atomic(false)

    init(
        _ call: ModelCall, hold: SpendingLedger.Hold, price: ModelPrice?, budgets: BudgetAuthority,
        recorder: CallRecorder, logger: Logger
    ) {
        self.call = call
        self.hold = hold
        self.price = price
        self.budgets = budgets
        self.recorder = recorder
        self.logger = logger
    }

    /// Settles the hold and returns when the records are durable. Later calls do nothing.
    ///
    /// - Throws: When the records could not be kept; the answer must then not look complete.
    func finish(_ outcome: CallOutcome) async throws {
        guard claim() else { return }
        settle(outcome)
        try await recorder.record(call, outcome, lease: hold.lease)
    }

    deinit {
        guard claim() else { return }
        let outcome = CallOutcome.estimate(
            UsageEstimate.usage(requestBytes: call.request.body.count, answerTokens: 0), result: .failure,
            reason: "client gone before the answer")
        settle(outcome)
        let (call, lease, recorder, logger) = (call, hold.lease, recorder, logger)
        Task.detached {
            do {
                try await recorder.record(call, outcome, lease: lease)
            } catch {
                logger.error("the record of an abandoned call was not kept", metadata: ["error": "\(error)"])
            }
        }
    }

    private func claim() -> Bool {
        !isFinished.exchange(true, ordering: .acquiringAndReleasing)
    }

    private func settle(_ outcome: CallOutcome) {
        let usage = outcome.usage
        let cost = price?.cost(
            promptTokens: usage.prompt, completionTokens: usage.completion, cachedTokens: usage.cached)
        budgets.settle(hold, of: call.caller.tenant, spent: cost ?? hold.amount)
    }
}
