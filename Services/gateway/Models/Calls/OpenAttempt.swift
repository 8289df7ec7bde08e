import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization

/// An attempt whose money is held. It is settled and recorded exactly once, on every way out: also when the answer's
/// body is never asked for because the client has gone, which nothing but the end of this object shows.
final class OpenAttempt: Sendable {
    let attempt: CallAttempt
    let hold: SpendingLedger.Hold
    let logger: Logger
    private let budgets: BudgetAuthority
    private let recorder: CallRecorder
    private let register: CallRegister
    private let slot: CallRegister.Slot
    private let isFinished = Atomic(false)

    /// - Throws: When the attempt cannot be written into the register; the hold is then free again.
    init(
        _ attempt: CallAttempt, hold: SpendingLedger.Hold, budgets: BudgetAuthority, recorder: CallRecorder,
        register: CallRegister, logger: Logger
    ) throws(APIError) {
        do {
            slot = try register.begin(CallRegisterEntry(attempt, lease: hold.lease))
        } catch {
            budgets.settle(hold, of: attempt.call.caller.tenant, spent: 0)
            throw .unavailable("the record of this call could not be kept", underlying: error)
        }
        self.attempt = attempt
        self.hold = hold
        self.budgets = budgets
        self.recorder = recorder
        self.register = register
        self.logger = logger
    }

    var call: ModelCall { attempt.call }

    /// A limit on the answer has to be sent, since money is held for that much.
    var isBudgeted: Bool { hold.lease != nil }

    /// Settles the hold and returns when the records are durable. Later calls do nothing.
    ///
    /// - Throws: When the records could not be kept; the answer must then not look complete.
    func finish(_ outcome: CallOutcome) async throws {
        guard claim() else { return }
        settle(outcome)
        try await recorder.record(attempt, outcome, lease: hold.lease)
        register.end(slot)
    }

    deinit {
        guard claim() else { return }
        let outcome = CallOutcome.estimate(
            UsageEstimate.usage(requestBytes: call.request.body.count, answerTokens: 0), result: .failure,
            reason: "client gone before the answer")
        settle(outcome)
        let (attempt, lease, recorder, logger) = (attempt, hold.lease, recorder, logger)
        let (register, slot) = (register, slot)
        Task.detached {
            do {
                try await recorder.record(attempt, outcome, lease: lease)
                register.end(slot)
            } catch {
                logger.error("the record of an abandoned call was not kept", metadata: ["error": "\(error)"])
            }
        }
    }

    private func claim() -> Bool {
        !isFinished.exchange(true, ordering: .acquiringAndReleasing)
    }

    private func settle(_ outcome: CallOutcome) {
        let cost = attempt.target.price?.cost(of: outcome.usage, isBatch: call.caller.isBatch)
        budgets.settle(hold, of: call.caller.tenant, spent: cost ?? hold.amount)
    }
}
