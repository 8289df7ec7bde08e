import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization

/// An attempt whose money is held. It is settled and recorded exactly once, on every way out: also when the answer's
/// body is never asked for because the client has gone, which nothing but the end of this object shows.
final class OpenAttempt: Sendable {
    let attempt: CallAttempt
    let money: AttemptMoney
    let logger: CallLog
    private let ticket: AdmissionTicket
    private let health: HealthAttempt
    private let startedAt = ContinuousClock.now
    private let budgets: BudgetAuthority
    private let recorder: CallRecorder
    private let register: CallRegister
    private let slot: CallRegister.Slot
    private let isFinished = Atomic(false)

    /// - Throws: When the attempt cannot be written into the register; the hold is then free again.
    init(
        _ attempt: CallAttempt, ticket: AdmissionTicket, money: AttemptMoney, budgets: BudgetAuthority,
        recorder: CallRecorder, register: CallRegister, logger: CallLog
    ) throws(APIError) {
        do {
            slot = try register.begin(CallRegisterEntry(attempt, lease: money.lease))
        } catch {
            _ = money.settle(spent: 0, of: attempt.call.caller.tenant, in: budgets)
            throw .unavailable("the record of this call could not be kept", underlying: error)
        }
        self.attempt = attempt
        self.ticket = ticket
        self.money = money
        self.budgets = budgets
        self.recorder = recorder
        self.register = register
        self.logger = logger
        health = HealthAttempt(attempt.target, at: startedAt)
    }

    var call: ModelCall { attempt.call }

    /// A limit on the answer has to be sent, since money is held for that much.
    var isBudgeted: Bool { money.isBudgeted }

    /// Since the attempt began.
    var elapsed: Duration { startedAt.duration(to: .now) }

    /// In pico-dollars; nil without a price.
    func cost(of usage: TokenUsage) -> Int64? {
        attempt.target.price?.cost(of: usage, isBatch: call.caller.isBatch)
    }

    /// Whether the answer may have been ended by a limit that the gateway put in, not the client.
    func isCutOff(_ usage: TokenUsage) -> Bool {
        guard isBudgeted else { return false }
        let limit = CallBudget.limit(stated: call.request.statedLimit)
        return limit != call.request.statedLimit && usage.completion >= limit
    }

    /// The call has come to its end: settles the hold and returns when the records are durable. Later calls do nothing.
    ///
    /// - Throws: When the records could not be kept; the answer must then not look complete.
    nonisolated(nonsending) func finish(_ outcome: CallOutcome, _ result: AttemptResult) async throws {
        let usage = outcome.usage + (attempt.continued?.usage ?? .none)
        ticket.finish(usedTokens: usage.prompt + usage.completion)
        guard claim() else { return }
        health.end(result)
        try await keep(outcome)
    }

    /// The answer broke off and another attempt may carry it on, which is then the end of the call. Otherwise `finish`
    /// is; it keeps no second record. The same guarantees as `finish`.
    func breakOff(_ outcome: CallOutcome, _ result: AttemptResult) async throws {
        guard claim() else { return }
        health.end(result)
        try await keep(outcome)
    }

    /// Nothing of an answer has come; another attempt may follow. The same guarantees as `finish`.
    func fail(_ failure: ProviderFailure) async throws {
        try await fail(.failure(failure, of: attempt), AttemptResult(failure))
    }

    /// The same, where more is known of what was used.
    func fail(_ outcome: CallOutcome, _ result: AttemptResult) async throws {
        guard claim() else { return }
        health.end(result)
        try await keep(outcome)
    }

    private nonisolated(nonsending) func keep(_ outcome: CallOutcome) async throws {
        let lease = settle(outcome)
        try await recorder.record(attempt, outcome, lease: lease)
        register.end(slot)
    }

    deinit {
        guard claim() else { return }
        let outcome = CallOutcome.estimate(
            UsageEstimate.usage(requestBytes: attempt.requestBytes, answerTokens: 0), result: .failure,
            reason: attempt.reason("client gone before the answer"))
        let lease = settle(outcome)
        ticket.finish(usedTokens: outcome.usage.prompt)
        let (attempt, recorder, logger) = (attempt, recorder, logger)
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

    private func settle(_ outcome: CallOutcome) -> LeaseID? {
        money.settle(spent: cost(of: outcome.usage), of: call.caller.tenant, in: budgets)
    }
}
