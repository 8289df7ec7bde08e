import Contracts
import TextAnalysis

@testable import RagService

/// The lexical index of one tenant in memory, built and ranked by the code of the service.
struct MemoryIndex {
    private(set) var chunks: [DocumentID: [Range<Int>]] = [:]
    private var texts: [DocumentID: ParsedText] = [:]
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
        texts[id] = parsed
        statistics.documents += 1
        statistics.documentTerms += index.length
        statistics.chunks += pieces.count
        statistics.chunkTerms += index.chunkLengths.reduce(0, +)
    }

    /// The passages for a question and the weights of its terms, as the retriever has them.
    func sources(_ question: String, limit: Int) -> ([AnswerSource], [String: Double]) {
        let sources = search(question, limit: limit).compactMap { hit -> AnswerSource? in
            guard let range = chunks[hit.document]?[hit.ordinal], let text = texts[hit.document] else { return nil }
            return AnswerSource(
                document: hit.document, chunk: ChunkID(), title: "", text: text.string(range),
                start: range.lowerBound)
        }
        var weights: [String: Double] = [:]
        for term in EnglishTerms.of(question) {
            let frequency = lists[term]?.postings.reduce(0) { $0 + $1.posting.entries.count } ?? 0
            weights[term] = BM25.inverseDocumentFrequency(frequency, of: statistics.chunks)
        }
        return (sources, weights)
    }

    func search(_ query: String, limit: Int, ranking: LexicalRanking = LexicalRanking()) -> [LexicalRanking.Ranked] {
        var analyzer = EnglishAnalyzer()
        let terms = analyzer.terms(of: query)
        return ranking.rank(
            queryTerms: terms, lists: Set(terms).sorted().compactMap { lists[$0] }, statistics: statistics, limit: limit
        )
    }
}

/// The terms of a text, as a query has them.
enum EnglishTerms {
    static func of(_ text: String) -> [String] {
        var analyzer = EnglishAnalyzer()
        return analyzer.terms(of: text)
    }
}
