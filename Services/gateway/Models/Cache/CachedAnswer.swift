import Foundation

/// A whole answer of a model, kept to be given again.
struct CachedAnswer: Sendable, Equatable {
    /// The answer in the form of `format`, complete.
    let body: [UInt8]
    let format: Format
    /// The model that gave it, and through which provider.
    let model: String
    let provider: String
    /// What the call that got it used, and what it cost in pico-dollars: what each further use saves.
    let usage: TokenUsage
    let costPicoUSD: Int64
    let storedAt: Date

    enum Format: UInt8, Sendable {
        /// As the client's own interface writes a whole answer.
        case dialect = 0
        /// As the gateway writes answers between interfaces.
        case neutral = 1
    }

    func ageSeconds(at now: Date) -> Int64 { max(0, Int64(now.timeIntervalSince(storedAt))) }

    /// What it takes in memory, about.
    var byteCount: Int { body.count + model.utf8.count + provider.utf8.count + 96 }
}
