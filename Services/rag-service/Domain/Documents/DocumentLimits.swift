import Contracts

/// What a document may have at most.
struct DocumentLimits: Sendable {
    /// 10 MB is a book of some 4,000 pages; more is an export that should be cut by whoever made it.
    var maximumContentBytes = 10 * 1024 * 1024
    var maximumTitleLength = 500
    /// Facts to filter by, not a place to keep things.
    var maximumMetadataEntries = 64
    var maximumMetadataTextLength = 1_000
    var maximumNameLength = 100

    func check(content: String) throws(DocumentRejection) {
        guard content.utf8.count <= maximumContentBytes else { throw .tooLarge(limit: maximumContentBytes) }
        guard !content.utf8.contains(0) else { throw .invalid("content", "may not contain the character U+0000") }
        guard content.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw .invalid("content", "must not be empty")
        }
    }

    func check(title: String) throws(DocumentRejection) {
        try check(name: title, field: "title", maximum: maximumTitleLength)
    }

    func check(knowledgeBase: String) throws(DocumentRejection) {
        try check(name: knowledgeBase, field: "knowledge_base", maximum: maximumNameLength)
    }

    func check(metadata: [String: MetadataValue]) throws(DocumentRejection) {
        guard metadata.count <= maximumMetadataEntries else {
            throw .invalid("metadata", "may have at most \(maximumMetadataEntries) entries")
        }
        for (key, value) in metadata {
            try check(name: key, field: "metadata", maximum: maximumNameLength)
            guard case .text(let text) = value else { continue }
            guard text.count <= maximumMetadataTextLength, !text.utf8.contains(0) else {
                throw .invalid(
                    "metadata.\(key)", "must have at most \(maximumMetadataTextLength) characters, none U+0000")
            }
        }
    }

    private func check(name: String, field: String, maximum: Int) throws(DocumentRejection) {
        guard name.contains(where: { !$0.isWhitespace }) else { throw .invalid(field, "must not be empty") }
        guard name.count <= maximum else { throw .invalid(field, "must have at most \(maximum) characters") }
        guard !name.utf8.contains(0) else { throw .invalid(field, "may not contain the character U+0000") }
    }
}

/// Why a document is not taken.
enum DocumentRejection: Error, Equatable {
    case invalid(_ field: String, _ detail: String)
    case tooLarge(limit: Int)
    case unsupportedMediaType(String)
}
