import Contracts
import ServiceKit

/// Pays for one streamed answer while it comes: counts, has the hold extended before more is read, and says when the
/// money has ended.
struct StreamPayment: Sendable {
    private let growing: GrowingHold
    private var allowance: StreamAllowance
    /// The budget has ended and the tenant wants the answer all the same.
    private var isWaived = false

    init(_ growing: GrowingHold) {
        self.growing = growing
        allowance = growing.allowance
    }

    /// Whether so many bytes of a stream are covered whatever is in them.
    func hasRoom(for bytes: Int64) -> Bool {
        isWaived || allowance.isWhole
            || allowance.produced + bytes / StreamTranscript.bytesPerToken < allowance.covered - StreamAllowance.margin
    }

    /// Whether more may be read, now that `tokens` of the answer have come. Waits for usage-billing when the lease at hand
    /// has no room.
    mutating func covers(_ tokens: Int64) async -> Bool {
        guard !isWaived else { return true }
        var action = allowance.received(tokens - allowance.produced)
        while case .extend(let step) = action {
            do {
                try await growing.hold.extend(
                    by: growing.price.maximumCost(promptTokens: 0, completionTokens: step) ?? .max)
                action = allowance.extended()
            } catch {
                // A budget that cannot be asked now may be there at the next question.
                action = allowance.refused(mayChange: (error as? APIError)?.code != .budgetExhausted)
            }
        }
        guard action == .cut else { return true }
        isWaived = !growing.isStrict
        return isWaived
    }
}
