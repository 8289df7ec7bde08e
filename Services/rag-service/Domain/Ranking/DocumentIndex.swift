import TextAnalysis

/// Everything the lexical index holds of one document: made once from its chunks, written in the swap.
struct DocumentIndex: Sendable {
    var postings: [String: Posting]
    /// Terms in the document, the title included.
    var length: Int
    /// Terms in each chunk, the headings above it included.
    var chunkLengths: [Int]

    /// Analyses title, headings and chunks.
    init(title: String, parsed: ParsedText, chunks: [Chunker.Chunk]) {
        var analyzer = EnglishAnalyzer()
        var builder = Builder()
        builder.add(title: analyzer.terms(of: title))
        for chunk in chunks {
            let body = analyzer.terms(of: parsed.scalars[chunk.range])
            builder.add(chunk: body, context: chunk.headings.flatMap { analyzer.terms(of: $0) })
        }
        length = builder.length
        chunkLengths = builder.chunkLengths
        postings = builder.postings.mapValues { posting in
            var posting = posting
            posting.documentLength = UInt32(clamping: builder.length)
            return posting
        }
    }

    private struct Builder {
        var postings: [String: Posting] = [:]
        var length = 0
        var chunkLengths: [Int] = []

        mutating func add(title terms: [String]) {
            for term in terms {
                let weight = LexicalRanking.titleWeight
                postings[term, default: .init(documentFrequency: 0, documentLength: 0, entries: [])]
                    .documentFrequency += weight
            }
            length += terms.count
        }

        mutating func add(chunk terms: [String], context: [String]) {
            let ordinal = UInt32(clamping: chunkLengths.count)
            let chunkLength = UInt32(clamping: terms.count + context.count)
            func count(_ term: String, inDocument: UInt32) {
                var posting = postings[term] ?? .init(documentFrequency: 0, documentLength: 0, entries: [])
                posting.documentFrequency += inDocument
                if let last = posting.entries.last, last.ordinal == ordinal {
                    posting.entries[posting.entries.count - 1].frequency += 1
                } else {
                    posting.entries.append(.init(ordinal: ordinal, frequency: 1, chunkLength: chunkLength))
                }
                postings[term] = posting
            }
            for term in terms { count(term, inDocument: 1) }
            for term in context { count(term, inDocument: 0) }
            length += terms.count
            chunkLengths.append(Int(chunkLength))
        }
    }
}
