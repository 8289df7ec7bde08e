import Contracts
import Foundation

/// A moment that is in the middle of a month, for tests that do not care which.
let sampleNow = Date(timeIntervalSince1970: 1_789_560_000)

/// An event of `gpt-4o-mini`, whose tokens cost 150,000 and 600,000 pico-dollars in the first price book.
func sampleEvent(
    _ tenant: TenantID, at date: Date = sampleNow, kind: UsageEvent.Kind = .chat, model: String? = "gpt-4o-mini",
    prompt: Int64 = 100, completion: Int64 = 10, cached: Int64 = 0, lease: LeaseID? = nil, apiKey: APIKeyID? = nil,
    user: String? = nil
) -> UsageEvent {
    UsageEvent(
        id: UsageRecordID(), tenant: tenant, kind: kind, occurredAt: date, requestID: "request-\(UUID())",
        model: model, provider: "openai", promptTokens: prompt, completionTokens: completion, cachedTokens: cached,
        lease: lease, apiKey: apiKey, user: user)
}

/// A source of random numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
