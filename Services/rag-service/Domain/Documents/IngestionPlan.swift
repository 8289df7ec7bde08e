import Contracts

/// Everything that follows from a document's content: made without a database, stored in one transaction.
struct IngestionPlan: Sendable {
    let chunks: [IndexedChunk]
    let index: DocumentIndex

    /// - Throws: `IngestionFailure.noText` when there is nothing to find in it.
    init(
        title: String, content: String, mediaType: MediaType, chunker: Chunker = Chunker()
    ) throws(IngestionFailure) {
        let parsed = ParsedText.parse(content, as: mediaType)
        let pieces = chunker.chunks(of: parsed)
        guard !pieces.isEmpty else { throw .noText }
        chunks = pieces.enumerated().map { ordinal, piece in
            IndexedChunk(
                id: ChunkID(), ordinal: ordinal, start: piece.range.lowerBound, end: piece.range.upperBound,
                headings: piece.headings, text: parsed.string(piece.range))
        }
        index = DocumentIndex(title: title, parsed: parsed, chunks: pieces)
    }

    /// What is embedded for each chunk: its text below the headings that it stands under.
    func embeddingInputs(title: String) -> [String] {
        chunks.map { (([title] + $0.headings).joined(separator: " › ")) + "\n\n" + $0.text }
    }
}

/// Why a document can never be indexed as it is: another attempt would end the same way.
enum IngestionFailure: Error, Equatable {
    case noText
    case contentMissing
    case embeddingRefused(String)

    /// For the tenant, in `reason`.
    var reason: String {
        switch self {
        case .noText: "the document holds no text"
        case .contentMissing: "the content of the document is missing"
        case .embeddingRefused(let detail): "the embedding model refused the document: \(detail)"
        }
    }
}
