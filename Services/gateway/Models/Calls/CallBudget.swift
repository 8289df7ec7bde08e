import Contracts

/// How much a call may cost at most, reckoned before it is made.
///
/// The input is taken as one token for every two bytes of the body. Tokenizers in use average three to four bytes a
/// token over text and the JSON around it counts as text too, so the estimate errs high; the limit on the output is
/// sent to the provider, so it is exact as long as the provider honours it.
struct CallBudget: Sendable, Equatable {
    /// The output a caller gets who states no limit and has a budget: two pages. Larger answers have to be asked for.
    static let defaultLimit: Int64 = 4096
    /// The largest limit that is passed on for a tenant with a budget; a larger one would hold all of the budget.
    static let maximumLimit: Int64 = 32_768
    private static let bytesPerToken: Int64 = 2

    let promptTokens: Int64
    let completionTokens: Int64

    /// - Parameter limit: On the tokens of one answer; zero for embeddings.
    init(bodyBytes: Int, limit: Int64, choices: Int64) {
        promptTokens = (Int64(bodyBytes) + Self.bytesPerToken - 1) / Self.bytesPerToken
        completionTokens = limit * choices
    }

    /// What is held for it, in pico-dollars; as much as fits when it is more. The line of a batch is held for at the
    /// price of a batch, as it is charged.
    func cost(at price: ModelPrice, isBatch: Bool = false) -> Int64 {
        price.maximumCost(promptTokens: promptTokens, completionTokens: completionTokens, isBatch: isBatch) ?? .max
    }

    /// The limit to send for an answer, from what the caller asked for.
    static func limit(stated: Int64?) -> Int64 {
        min(stated ?? defaultLimit, maximumLimit)
    }
}
