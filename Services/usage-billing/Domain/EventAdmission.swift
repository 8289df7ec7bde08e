package import Contracts
package import Foundation

/// Which usage events can be in the ledger at all. What is refused here can never be accepted.
package struct EventAdmission: Sendable {
    /// No model reads or writes more in one call; a larger count is a defect of the sender.
    package static let maximumTokens: Int64 = 1_000_000_000
    /// A million dollars: no call costs as much, so none saves it.
    package static let maximumSavedPicoUSD: Int64 = 1_000_000_000_000_000_000
    /// More attempts than any retry policy makes.
    package static let maximumAttempts = 1_000
    /// Long enough for every id and model name in use, short enough to index.
    package static let maximumTextBytes = 256
    /// Clocks of one cluster differ by less; an event from farther ahead would be posted to a period of its own choice.
    package static let maximumClockSkew: TimeInterval = 86_400

    package var now: Date

    package init(now: Date) {
        self.now = now
    }

    /// Why the event cannot be accepted; nil when it can.
    package func refusal(of event: UsageEvent) -> String? {
        let counts = [
            event.promptTokens, event.completionTokens, event.cachedTokens, event.cacheWriteTokens,
            event.reasoningTokens,
        ]
        guard counts.allSatisfy({ (0...Self.maximumTokens).contains($0) }) else {
            return "token counts must be within 0 and \(Self.maximumTokens)"
        }
        guard event.cachedTokens + event.cacheWriteTokens <= event.promptTokens else {
            return "cached_tokens and cache_write_tokens are part of prompt_tokens and cannot be more"
        }
        guard event.reasoningTokens <= event.completionTokens else {
            return "reasoning_tokens are part of completion_tokens and cannot be more"
        }
        guard (0...Self.maximumSavedPicoUSD).contains(event.savedPicoUSD) else {
            return "saved_pico_usd must be within 0 and \(Self.maximumSavedPicoUSD)"
        }
        guard (1...Self.maximumAttempts).contains(event.attempt) else {
            return "attempt must be within 1 and \(Self.maximumAttempts)"
        }
        guard event.occurredAt.timeIntervalSince1970 >= 0,
            event.occurredAt.timeIntervalSince(now) <= Self.maximumClockSkew
        else { return "occurred_at is before 1970 or more than a day ahead" }
        return refusalOfTexts(of: event)
    }

    private func refusalOfTexts(of event: UsageEvent) -> String? {
        let texts: [(name: String, value: String?)] = [
            ("request_id", event.requestID), ("model", event.model), ("provider", event.provider), ("user", event.user),
            ("agent", event.agent), ("ticket", event.ticket), ("workflow", event.workflow),
        ]
        for case (let name, let value?) in texts {
            guard !value.isEmpty else { return "\(name) is empty" }
            guard value.utf8.count <= Self.maximumTextBytes else {
                return "\(name) is longer than \(Self.maximumTextBytes) bytes"
            }
            guard !value.utf8.contains(0) else { return "\(name) contains a NUL" }
        }
        return nil
    }
}
