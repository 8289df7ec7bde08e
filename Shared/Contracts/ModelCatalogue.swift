/// What a model can do. The words of the wire and of the catalogue in the database.
package enum ModelAbility: String, Sendable, WireWord {
    case chat, embedding, tools, images, reasoning, prefill, batch, streaming
    case jsonSchema = "json_schema"
}

/// What is known of a model, whoever serves it: `PUT /admin/v1/models/{name}`. The name is that of the path.
package struct CatalogueEntry: Codable, Sendable, Equatable {
    /// The most tokens of a request and its answer together; nil when it is not known.
    package var contextTokens: Int64?
    /// The most tokens of one answer; nil when it is not known.
    package var maximumAnswerTokens: Int64?
    package var capabilities: [ModelAbility]
    /// The model to use instead, for one that is deprecated.
    package var successor: String?
    /// What operators should know, such as the day it is switched off.
    package var note: String?

    package init(
        contextTokens: Int64? = nil, maximumAnswerTokens: Int64? = nil, capabilities: [ModelAbility],
        successor: String? = nil, note: String? = nil
    ) {
        self.contextTokens = contextTokens
        self.maximumAnswerTokens = maximumAnswerTokens
        self.capabilities = capabilities
        self.successor = successor
        self.note = note
    }

    enum CodingKeys: String, MemberKey, CaseIterable {
        case contextTokens, maximumAnswerTokens, capabilities, successor, note
    }

    package init(from decoder: any Decoder) throws {
        let members = try MemberReader<CodingKeys>(decoder)
        self.init(
            contextTokens: try members.optional(.contextTokens),
            maximumAnswerTokens: try members.optional(.maximumAnswerTokens),
            capabilities: try members.required(.capabilities, or: []), successor: try members.optional(.successor),
            note: try members.optional(.note))
    }
}

/// A model as `GET /admin/v1/models` shows it: the catalogue's entry under its name, with its price.
package struct CatalogueDescription: Codable, Sendable, Equatable {
    package var name: String
    package var entry: CatalogueEntry
    /// Nil while usage-billing has not been reached.
    package var price: CataloguePrice?

    package init(name: String, entry: CatalogueEntry, price: CataloguePrice?) {
        self.name = name
        self.entry = entry
        self.price = price
    }

    private enum CodingKeys: String, CodingKey { case name, price }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        price = try container.decodeIfPresent(CataloguePrice.self, forKey: .price)
        entry = try CatalogueEntry(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try entry.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(price, forKey: .price)
    }
}

/// What a million tokens cost, by kind.
package struct CataloguePrice: Codable, Sendable, Equatable {
    package var promptPerMillion: Money
    package var completionPerMillion: Money
    package var cachedPerMillion: Money
    /// Absent where it is the price of a prompt token.
    package var cacheWritePerMillion: Money?
    /// Absent where it is the price of a completion token.
    package var reasoningPerMillion: Money?
    /// What a call in a batch costs of all this, in percent.
    package var batchPercent: Int64
    /// The model has no price of its own in the price book and costs the fallback.
    package var isFallback: Bool

    package init(_ price: ModelPrice, isFallback: Bool) {
        func perMillion(_ picoUSD: Int64) -> Money { Money(picoUSD: Int128(picoUSD) * 1_000_000) }
        promptPerMillion = perMillion(price.promptPicoUSD)
        completionPerMillion = perMillion(price.completionPicoUSD)
        cachedPerMillion = perMillion(price.cachedPicoUSD)
        cacheWritePerMillion = price.cacheWritePicoUSD.map(perMillion)
        reasoningPerMillion = price.reasoningPicoUSD.map(perMillion)
        batchPercent = price.batchPercent
        self.isFallback = isFallback
    }
}
