import Contracts

/// Ranks chunks for a query by three BM25 scores: of the chunk alone, of the chunk with its neighbours, and of the
/// document as a whole.
///
/// The document's score ranks short documents as if they had never been cut; the neighbours' keeps the recall of large
/// chunks while the small one is what is returned. The weights were chosen on CACM and on the questions of
/// `chunking_evaluation`; see `docs/adr/0005-lexical-ranking-in-postgresql.md` for the figures.
struct LexicalRanking: Sendable {
    /// A term of the title counts as this many in the text.
    static let titleWeight: UInt32 = 2

    var chunk = BM25(k1: 1.2, b: 0.4)
    /// A window of chunks has much the same length everywhere, so its length is not held against it.
    var window = BM25(k1: 2.0, b: 0)
    var document = BM25(k1: 1.5, b: 0.7)
    var windowWeight = 1.5
    var documentWeight = 3.0
    /// Chunks on each side that count as neighbours, and how much less each counts than the one before.
    var windowReach = 3
    var windowDecay = 0.6

    struct Ranked: Sendable, Equatable {
        var document: DocumentID
        var ordinal: Int
        var score: Double
    }

    init() {}

    /// The best `limit` chunks, best first. `queryTerms` may repeat a term, which then counts as often.
    ///
    /// With `allowed`, only those documents are ranked, though the weights of the terms come from all of them.
    func rank(
        queryTerms: [String], lists: [PostingList], statistics: CorpusStatistics, allowed: Set<DocumentID>? = nil,
        limit: Int
    ) -> [Ranked] {
        var queryCounts: [String: Double] = [:]
        for term in queryTerms { queryCounts[term, default: 0] += 1 }
        var weights: [Weight] = []
        var documents: [DocumentID: [Hit]] = [:]
        for (index, list) in lists.enumerated() {
            weights.append(weight(of: list, count: queryCounts[list.term] ?? 0, statistics))
            for (document, posting) in list.postings where allowed?.contains(document) ?? true {
                documents[document, default: []].append(Hit(term: index, posting: posting))
            }
        }
        var ranked: [Ranked] = []
        for (id, hits) in documents {
            score(hits, of: id, weights, statistics, into: &ranked)
        }
        ranked.sort(by: Self.precedes)
        return Array(ranked.prefix(limit))
    }

    private struct Weight {
        var document: Double
        var chunk: Double
    }

    private struct Hit {
        var term: Int
        var posting: Posting
    }

    private struct Occurrence {
        var term: Int
        var entry: Posting.Entry
    }

    private func weight(of list: PostingList, count: Double, _ statistics: CorpusStatistics) -> Weight {
        let chunks = list.postings.reduce(0) { $0 + $1.posting.entries.count }
        return Weight(
            document: count
                * BM25.inverseDocumentFrequency(list.postings.count, of: statistics.documents),
            chunk: count * BM25.inverseDocumentFrequency(chunks, of: statistics.chunks))
    }

    private func score(
        _ hits: [Hit], of id: DocumentID, _ weights: [Weight], _ statistics: CorpusStatistics,
        into ranked: inout [Ranked]
    ) {
        var documentScore = 0.0
        var occurrences: [Occurrence] = []
        for hit in hits {
            let relative = Double(hit.posting.documentLength) / statistics.meanDocumentLength
            documentScore +=
                weights[hit.term].document
                * document.saturation(Double(hit.posting.documentFrequency), relativeLength: relative)
            for entry in hit.posting.entries { occurrences.append(Occurrence(term: hit.term, entry: entry)) }
        }
        let base = documentWeight * documentScore
        guard !occurrences.isEmpty else {
            // The title alone matches: the beginning of the document stands for it.
            ranked.append(Ranked(document: id, ordinal: 0, score: base))
            return
        }
        occurrences.sort { $0.entry.ordinal < $1.entry.ordinal }
        var start = 0
        while start < occurrences.count {
            let ordinal = occurrences[start].entry.ordinal
            var end = start
            while end < occurrences.count, occurrences[end].entry.ordinal == ordinal { end += 1 }
            let own = chunkScore(occurrences[start..<end], weights, statistics)
            let around = windowScore(occurrences, start, end, ordinal, weights)
            ranked.append(Ranked(document: id, ordinal: Int(ordinal), score: base + own + windowWeight * around))
            start = end
        }
    }

    private func chunkScore(
        _ occurrences: ArraySlice<Occurrence>, _ weights: [Weight], _ statistics: CorpusStatistics
    ) -> Double {
        occurrences.reduce(0) { sum, occurrence in
            let relative = Double(occurrence.entry.chunkLength) / statistics.meanChunkLength
            return sum + weights[occurrence.term].chunk
                * chunk.saturation(Double(occurrence.entry.frequency), relativeLength: relative)
        }
    }

    /// Scores the chunk at `ordinal`, whose occurrences are `start..<end`, together with its neighbours.
    private func windowScore(
        _ occurrences: [Occurrence], _ start: Int, _ end: Int, _ ordinal: UInt32, _ weights: [Weight]
    ) -> Double {
        var frequencies = [Double](repeating: 0, count: weights.count)
        func add(_ occurrence: Occurrence) -> Bool {
            let distance = abs(Int(occurrence.entry.ordinal) - Int(ordinal))
            guard distance <= windowReach else { return false }
            var factor = 1.0
            for _ in 0..<distance { factor *= windowDecay }
            frequencies[occurrence.term] += Double(occurrence.entry.frequency) * factor
            return true
        }
        for occurrence in occurrences[..<start].reversed() where !add(occurrence) { break }
        for occurrence in occurrences[start...] where !add(occurrence) { break }
        return zip(frequencies, weights).reduce(0) { sum, pair in
            sum + pair.1.chunk * window.saturation(pair.0, relativeLength: 1)
        }
    }

    /// By score, then by document and position, so that equal scores rank the same each time.
    private static func precedes(_ left: Ranked, _ right: Ranked) -> Bool {
        if left.score != right.score { return left.score > right.score }
        if left.document != right.document { return left.document < right.document }
        return left.ordinal < right.ordinal
    }
}
