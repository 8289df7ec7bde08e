/// What one token of a model costs, in pico-dollars: 1 USD for a million tokens is 1,000,000.
package struct ModelPrice: Codable, Sendable, Equatable {
    package var model: String
    package var promptPicoUSD: Int64
    package var completionPicoUSD: Int64
    /// For a prompt token read from the provider's cache.
    package var cachedPicoUSD: Int64
    /// For a prompt token written into the provider's cache; the prompt price when it is nil.
    package var cacheWritePicoUSD: Int64?
    /// For a completion token that was thought and not shown; the completion price when it is nil.
    package var reasoningPicoUSD: Int64?
    /// What a call in a batch costs of all this, in percent, 1 to 100.
    package var batchPercent: Int64

    package init(
        model: String, promptPicoUSD: Int64, completionPicoUSD: Int64, cachedPicoUSD: Int64,
        cacheWritePicoUSD: Int64? = nil, reasoningPicoUSD: Int64? = nil, batchPercent: Int64 = 100
    ) {
        self.model = model
        self.promptPicoUSD = promptPicoUSD
        self.completionPicoUSD = completionPicoUSD
        self.cachedPicoUSD = cachedPicoUSD
        self.cacheWritePicoUSD = cacheWritePicoUSD
        self.reasoningPicoUSD = reasoningPicoUSD
        self.batchPercent = batchPercent
    }

    /// What these tokens cost. `cachedTokens` and then `cacheWriteTokens` are part of `promptTokens`, `reasoningTokens`
    /// of `completionTokens`; what a provider reports beyond that is not counted.
    ///
    /// For a batch the whole is multiplied by `batchPercent` and rounded once, half up, to the pico-dollar: once an
    /// event, so that the ledger's sums are sums of whole units.
    ///
    /// - Returns: Nil when it does not fit 64 bits.
    package func cost(
        promptTokens: Int64, completionTokens: Int64, cachedTokens: Int64 = 0, cacheWriteTokens: Int64 = 0,
        reasoningTokens: Int64 = 0, isBatch: Bool = false
    ) -> Int64? {
        let cached = min(max(cachedTokens, 0), promptTokens)
        let written = min(max(cacheWriteTokens, 0), promptTokens - cached)
        let thought = min(max(reasoningTokens, 0), completionTokens)
        let whole =
            Self.product(promptTokens - cached - written, promptPicoUSD)
            + Self.product(cached, cachedPicoUSD)
            + Self.product(written, cacheWritePicoUSD ?? promptPicoUSD)
            + Self.product(completionTokens - thought, completionPicoUSD)
            + Self.product(thought, reasoningPicoUSD ?? completionPicoUSD)
        return Int64(exactly: isBatch ? (whole * Int128(batchPercent) + 50) / 100 : whole)
    }

    /// The most that these tokens can cost, of whatever kind they turn out to be: what has to be held for a call that
    /// is yet to be made. Nil when it does not fit 64 bits.
    package func maximumCost(promptTokens: Int64, completionTokens: Int64, isBatch: Bool = false) -> Int64? {
        var dearest = self
        dearest.promptPicoUSD = max(promptPicoUSD, cachedPicoUSD, cacheWritePicoUSD ?? 0)
        dearest.completionPicoUSD = max(completionPicoUSD, reasoningPicoUSD ?? 0)
        return dearest.cost(promptTokens: promptTokens, completionTokens: completionTokens, isBatch: isBatch)
    }

    /// Five products of two 64-bit numbers, and a hundredfold of their sum, are far from the end of 128 bits only while
    /// one factor is a count of tokens; so a sum beyond any use is cut here, where it still says "too large".
    private static func product(_ tokens: Int64, _ price: Int64) -> Int128 {
        min(Int128(tokens) * Int128(price), Int128(1) << 100)
    }
}

extension ModelPrice {
    enum CodingKeys: String, CodingKey {
        case model, batchPercent
        case promptPicoUSD = "promptPicoUsd"
        case completionPicoUSD = "completionPicoUsd"
        case cachedPicoUSD = "cachedPicoUsd"
        case cacheWritePicoUSD = "cacheWritePicoUsd"
        case reasoningPicoUSD = "reasoningPicoUsd"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            model: try values.decode(String.self, forKey: .model),
            promptPicoUSD: try values.decode(Int64.self, forKey: .promptPicoUSD),
            completionPicoUSD: try values.decode(Int64.self, forKey: .completionPicoUSD),
            cachedPicoUSD: try values.decode(Int64.self, forKey: .cachedPicoUSD),
            cacheWritePicoUSD: try values.decodeIfPresent(Int64.self, forKey: .cacheWritePicoUSD),
            reasoningPicoUSD: try values.decodeIfPresent(Int64.self, forKey: .reasoningPicoUSD),
            batchPercent: try values.decodeIfPresent(Int64.self, forKey: .batchPercent) ?? 100)
    }
}
