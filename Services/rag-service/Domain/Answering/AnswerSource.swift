import Contracts
import TextAnalysis

/// A passage that an answer may be drawn from. Its sentences carry offsets into the document.
struct AnswerSource: Sendable, Equatable {
    var document: DocumentID
    var chunk: ChunkID
    var title: String
    var text: String
    /// Where `text` begins in the document, in Unicode scalars.
    var start: Int

    struct Sentence: Sendable, Equatable {
        var text: String
        /// In the document.
        var range: Range<Int>
        var terms: [String]
    }

    /// The sentences of the passage that say something; headings and lone marks do not.
    func sentences(_ analyzer: inout EnglishAnalyzer) -> [Sentence] {
        let parsed = ParsedText(scalars: Array(text.unicodeScalars))
        return SentenceSplitter.sentences(in: parsed.scalars, 0..<parsed.scalars.count).compactMap { range in
            let sentence = parsed.string(range)
            guard !sentence.hasPrefix("#") else { return nil }
            let terms = analyzer.terms(of: sentence)
            guard !terms.isEmpty else { return nil }
            return Sentence(
                text: sentence, range: (start + range.lowerBound)..<(start + range.upperBound), terms: terms)
        }
    }

    func citation(_ sentence: Sentence) -> Citation {
        Citation(
            documentID: document, chunkID: chunk, title: title, quote: sentence.text,
            start: sentence.range.lowerBound, end: sentence.range.upperBound)
    }
}
