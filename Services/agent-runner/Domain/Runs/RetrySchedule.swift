import Contracts
import Resilience
import ServiceKit

/// What becomes of a run whose step threw.
enum RetrySchedule {
    /// With the delays below a run outlives an outage of about a minute; a longer one is a failure people should see.
    static let maximumAttempts = 8

    enum Verdict: Equatable {
        /// Somebody else has the run.
        case abandon
        case retry(after: Duration)
        case fail(reason: String)
    }

    /// - Parameter attempt: The attempt that just failed, from 1.
    static func verdict(on error: any Error, attempt: Int, random: inout some RandomNumberGenerator) -> Verdict {
        if let failure = error as? RunFailure {
            switch failure {
            case .leaseLost: return .abandon
            case .permanent(let reason): return .fail(reason: reason)
            }
        }
        guard isTransient(error) else { return .fail(reason: publicReason(error)) }
        guard attempt < maximumAttempts else {
            return .fail(reason: "gave up after \(attempt) attempts: \(publicReason(error))")
        }
        let ceiling = min(0.25 * Double(1 << min(attempt, 8)), 16)
        return .retry(after: .seconds(Double.random(in: 0...ceiling, using: &random)))
    }

    private static func isTransient(_ error: any Error) -> Bool {
        guard let error = error as? APIError else { return true }
        return error.code.status >= 500 || error.code.status == 429
    }

    private static func publicReason(_ error: any Error) -> String {
        guard let error = error as? APIError else { return "a system that the run depends on failed" }
        return error.publicDetail ?? error.code.title
    }
}
