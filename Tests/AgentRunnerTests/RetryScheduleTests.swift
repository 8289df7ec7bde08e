import Contracts
import ServiceKit
import Testing

@testable import AgentRunner

@Suite("What becomes of a run whose step threw")
struct RetryScheduleTests {
    private func verdict(_ error: any Error, attempt: Int = 1) -> RetrySchedule.Verdict {
        var random = SplitMix(state: 7)
        return RetrySchedule.verdict(on: error, attempt: attempt, random: &random)
    }

    @Test("a lost lease is abandoned, whatever the attempt")
    func lost() {
        #expect(verdict(RunFailure.leaseLost) == .abandon)
        #expect(verdict(RunFailure.leaseLost, attempt: 99) == .abandon)
    }

    @Test("an outage is waited for, at most sixteen seconds at a time, and not for ever")
    func outage() {
        for attempt in 1..<RetrySchedule.maximumAttempts {
            guard case .retry(let delay) = verdict(APIError(.unavailable), attempt: attempt) else {
                Issue.record("attempt \(attempt) was not retried")
                continue
            }
            #expect(delay <= .seconds(16))
        }
        guard case .fail(let reason) = verdict(APIError(.unavailable), attempt: RetrySchedule.maximumAttempts) else {
            Issue.record("it would be retried for ever")
            return
        }
        #expect(reason.contains("gave up after 8 attempts"))
    }

    @Test("a refusal ends the run at once, with the reason")
    func refusal() {
        #expect(
            verdict(APIError(.budgetExhausted, "the budget of October is used up"))
                == .fail(reason: "the budget of October is used up"))
    }

    @Test("too many requests are waited out")
    func limited() {
        guard case .retry = verdict(APIError(.rateLimited)) else {
            Issue.record("429 was not retried")
            return
        }
    }
}
