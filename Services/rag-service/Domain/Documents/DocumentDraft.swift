import Contracts
import Cryptography
import Foundation

/// Content for a document that has passed every check.
struct DocumentDraft: Sendable, Equatable {
    let title: String
    let content: String
    let mediaType: MediaType
    let metadata: [String: MetadataValue]
    let knowledgeBase: String

    static let defaultKnowledgeBase = "default"

    /// Size of the content in bytes of UTF-8.
    var sizeBytes: Int { content.utf8.count }

    /// SHA-256 over everything, each part with its length before it. The same hash means the same document.
    var hash: [UInt8] {
        var bytes: [UInt8] = []
        for part in [knowledgeBase, title, mediaType.rawValue, (try? encodedMetadata()) ?? "", content] {
            bytes.append(contentsOf: "\(part.utf8.count):".utf8)
            bytes.append(contentsOf: part.utf8)
        }
        return SHA256.hash(bytes)
    }

    /// As JSON with its keys in order.
    func encodedMetadata() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(metadata), as: UTF8.self)
    }

    /// Checks a submission. What is left out comes from `existing`, or from the content, or is the default.
    init(
        _ submission: DocumentSubmission, replacing existing: DocumentSummary? = nil, limits: DocumentLimits
    ) throws(DocumentRejection) {
        content = submission.content
        try limits.check(content: content)
        if let mimeType = submission.mimeType {
            guard let type = MediaType(header: mimeType) else { throw .unsupportedMediaType(mimeType) }
            mediaType = type
        } else {
            mediaType = existing.flatMap { MediaType(header: $0.mimeType) } ?? .markdown
        }
        metadata = submission.metadata ?? existing?.metadata ?? [:]
        try limits.check(metadata: metadata)
        knowledgeBase = submission.knowledgeBase ?? existing?.knowledgeBase ?? Self.defaultKnowledgeBase
        try limits.check(knowledgeBase: knowledgeBase)
        title = submission.title ?? existing?.title ?? Self.title(of: content, mediaType, limits)
        try limits.check(title: title)
    }

    /// The title that a document gives itself: its `<title>`, its first heading, or its first line.
    private static func title(of content: String, _ type: MediaType, _ limits: DocumentLimits) -> String {
        // A title stands near the beginning; reading more would make accepting a large document slow.
        let parsed = ParsedText.parse(String(content.prefix(20_000)), as: type)
        if let title = parsed.title ?? parsed.headings.first?.text, !title.isEmpty {
            return String(title.prefix(limits.maximumTitleLength))
        }
        let line = parsed.text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
        let words = (line ?? "Untitled").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // A first line may be a whole paragraph.
        return String(words.prefix(120))
    }
}
