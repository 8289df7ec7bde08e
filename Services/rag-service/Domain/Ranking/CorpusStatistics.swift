/// How much one tenant has indexed: all that BM25 needs to know besides the postings. Never shared between tenants,
/// since the rarity of a word would tell one tenant about the documents of another.
struct CorpusStatistics: Sendable, Equatable {
    var documents: Int
    /// Terms in all documents, titles included.
    var documentTerms: Int
    var chunks: Int
    /// Terms in all chunks, the headings above them included.
    var chunkTerms: Int

    static let empty = CorpusStatistics(documents: 0, documentTerms: 0, chunks: 0, chunkTerms: 0)

    var meanDocumentLength: Double { documents > 0 ? Double(documentTerms) / Double(documents) : 1 }
    var meanChunkLength: Double { chunks > 0 ? Double(chunkTerms) / Double(chunks) : 1 }
}
