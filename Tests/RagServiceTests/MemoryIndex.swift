import Contracts
import TextAnalysis

@testable import RagService

/// The lexical index of one tenant in memory, built and ranked by the code of the service.
struct MemoryIndex {
    private(set) var chunks: [DocumentID: [Range<Int>]] = [:]
    private var lists: [String: PostingList] = [:]
    private var statistics = CorpusStatistics.empty

    mutating func add(_ id: DocumentID, title: String = "", content: String, as type: MediaType = .plain) {
        let parsed = ParsedText.parse(content, as: type)
        let pieces = Chunker().chunks(of: parsed)
        let index = DocumentIndex(title: title, parsed: parsed, chunks: pieces)
        for (term, posting) in index.postings {
            lists[term, default: PostingList(term: term, postings: [])].postings.append((id, posting))
        }
        chunks[id] = pieces.map(\.range)
        statistics.documents += 1
        statistics.documentTerms += index.length
        statistics.chunks += pieces.count
        statistics.chunkTerms += index.chunkLengths.reduce(0, +)
    }

    func search(_ query: String, limit: Int, ranking: LexicalRanking = LexicalRanking()) -> [LexicalRanking.Ranked] {
        var analyzer = EnglishAnalyzer()
        let terms = analyzer.terms(of: query)
        return ranking.rank(
            queryTerms: terms, lists: Set(terms).sorted().compactMap { lists[$0] }, statistics: statistics, limit: limit
        )
    }
}
