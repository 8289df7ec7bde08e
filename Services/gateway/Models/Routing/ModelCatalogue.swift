import Contracts
import Foundation

/// What is known of a model, whoever serves it.
struct CatalogueModel: Sendable, Equatable {
    let name: String
    /// Of a request and its answer together; nil when it is not known.
    let contextTokens: Int64?
    let maximumAnswerTokens: Int64?
    let capabilities: ModelCapabilities

    init(name: String, contextTokens: Int64?, maximumAnswerTokens: Int64?, capabilities: ModelCapabilities) {
        self.name = name
        self.contextTokens = contextTokens
        self.maximumAnswerTokens = maximumAnswerTokens
        self.capabilities = capabilities
    }

    init(name: String, _ entry: CatalogueEntry) {
        self.init(
            name: name, contextTokens: entry.contextTokens, maximumAnswerTokens: entry.maximumAnswerTokens,
            capabilities: ModelCapabilities(entry.capabilities))
    }
}

/// The operator's catalogue of models. An immutable value, replaced as a whole.
struct ModelCatalogue: Sendable {
    static let empty = ModelCatalogue([])

    private let models: [String: CatalogueModel]

    init(_ models: [CatalogueModel]) {
        self.models = Dictionary(models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A model by its name as a provider writes it: as it stands; without the vendor before it (`openai/gpt-4o`,
    /// `eu.anthropic.claude-sonnet-4-5`) and the version behind it (`-v1:0`); then without the date or `latest` at its
    /// end.
    func model(_ name: String) -> CatalogueModel? {
        if let model = models[name] { return model }
        let base = name.split(separator: "/").last.map(String.init) ?? name
        for candidate in [base, PriceTable.withoutDate(base)] {
            if let model = models[candidate] { return model }
        }
        let bare = Self.withoutVendor(Self.withoutVersion(base))
        return models[bare] ?? models[PriceTable.withoutDate(bare)]
    }

    /// `claude-sonnet-4-5-20250929-v1:0` → `claude-sonnet-4-5-20250929`, as AWS Bedrock numbers its models.
    private static func withoutVersion(_ name: String) -> String {
        guard let dash = name.range(of: "-v", options: .backwards)?.lowerBound else { return name }
        let version = name[dash...].dropFirst(2)
        guard !version.isEmpty, version.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ":") })
        else { return name }
        return String(name[..<dash])
    }

    /// `eu.anthropic.claude-sonnet-4-5` → `claude-sonnet-4-5`: what stands before a dot and has no digit in it.
    private static func withoutVendor(_ name: String) -> String {
        var rest = name[...]
        while let dot = rest.firstIndex(of: "."), rest[..<dot].utf8.allSatisfy({ (0x61...0x7A).contains($0) }) {
            rest = rest[dot...].dropFirst()
        }
        return String(rest)
    }
}
