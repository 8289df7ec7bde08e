import Contracts

/// What a model can do, or what a request asks of one, in one word of memory.
struct ModelCapabilities: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    static let chat = ModelCapabilities(rawValue: 1 << 0)
    static let embedding = ModelCapabilities(rawValue: 1 << 1)
    static let tools = ModelCapabilities(rawValue: 1 << 2)
    static let images = ModelCapabilities(rawValue: 1 << 3)
    static let jsonSchema = ModelCapabilities(rawValue: 1 << 4)
    static let reasoning = ModelCapabilities(rawValue: 1 << 5)
    static let prefill = ModelCapabilities(rawValue: 1 << 6)
    static let batch = ModelCapabilities(rawValue: 1 << 7)
    static let streaming = ModelCapabilities(rawValue: 1 << 8)

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    init(_ abilities: some Sequence<ModelAbility>) {
        self = abilities.reduce(into: []) { $0.insert(Self.capability($1)) }
    }

    /// In the words of the catalogue.
    var abilities: [ModelAbility] {
        ModelAbility.allCases.filter { contains(Self.capability($0)) }
    }

    private static func capability(_ ability: ModelAbility) -> ModelCapabilities {
        switch ability {
        case .chat: .chat
        case .embedding: .embedding
        case .tools: .tools
        case .images: .images
        case .jsonSchema: .jsonSchema
        case .reasoning: .reasoning
        case .prefill: .prefill
        case .batch: .batch
        case .streaming: .streaming
        }
    }
}
