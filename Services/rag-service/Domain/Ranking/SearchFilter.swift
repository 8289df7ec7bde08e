import Contracts

/// Which documents a search may find.
struct SearchFilter: Sendable, Equatable {
    var knowledgeBase: String?
    var metadata: [String: [MetadataValue]]

    static let everything = SearchFilter(knowledgeBase: nil, metadata: [:])

    var isEverything: Bool { self == .everything }

    /// A few facts select documents; long lists belong in a search of their own.
    private static let maximumFacts = 16
    private static let maximumValues = 100

    private init(knowledgeBase: String?, metadata: [String: [MetadataValue]]) {
        self.knowledgeBase = knowledgeBase
        self.metadata = metadata
    }

    init(knowledgeBase: String?, filter: [String: MetadataFilter]?) throws(DocumentRejection) {
        self.knowledgeBase = knowledgeBase
        metadata = (filter ?? [:]).mapValues(\.anyOf)
        guard metadata.count <= Self.maximumFacts else {
            throw .invalid("filter", "may have at most \(Self.maximumFacts) entries")
        }
        guard metadata.values.allSatisfy({ !$0.isEmpty && $0.count <= Self.maximumValues }) else {
            throw .invalid("filter", "an entry needs 1 to \(Self.maximumValues) values")
        }
    }
}
