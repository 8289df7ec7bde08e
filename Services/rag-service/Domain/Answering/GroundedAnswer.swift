import Contracts
import TextAnalysis

/// Holds what a model wrote against its sources: each `[n]` must be borne out by a sentence of source n, which is then
/// quoted word for word. What is not borne out loses its mark.
struct GroundedAnswer: Sendable {
    /// The part of a statement's terms that a sentence must share to support it. Models shorten and turn sentences
    /// round, but the nouns and numbers stay.
    var requiredOverlap = 0.3
    /// Without a mark the whole burden is on the words.
    var requiredOverlapUnmarked = 0.5

    init() {}

    struct Checked: Sendable, Equatable {
        /// The text with its marks numbered by `citations`, from 1.
        var text: String
        var citations: [Citation]
    }

    func check(_ text: String, against sources: [AnswerSource]) -> Checked {
        var analyzer = EnglishAnalyzer()
        let sentences = sources.map { $0.sentences(&analyzer) }
        let statements = Self.statements(of: text)
        let hasMarks = statements.contains { !$0.marks.isEmpty }
        var citations: [Citation] = []
        var output = ""
        for statement in statements {
            let terms = Set(analyzer.terms(of: statement.text))
            let candidates = hasMarks ? statement.marks : Array(sources.indices)
            var marks: [Int] = []
            for index in candidates where sources.indices.contains(index) {
                guard let sentence = support(for: terms, in: sentences[index], isMarked: hasMarks) else { continue }
                let citation = sources[index].citation(sentence)
                if !citations.contains(citation) { citations.append(citation) }
                marks.append((citations.firstIndex(of: citation) ?? 0) + 1)
                if !hasMarks { break }
            }
            output += statement.text + marks.map { " [\($0)]" }.joined() + statement.separator
        }
        return Checked(text: output.trimmingSpaces, citations: citations)
    }

    private func support(
        for terms: Set<String>, in sentences: [AnswerSource.Sentence], isMarked: Bool
    ) -> AnswerSource.Sentence? {
        guard !terms.isEmpty else { return nil }
        let shared = sentences.map { (sentence: $0, count: terms.intersection($0.terms).count) }
        guard let best = shared.max(by: { $0.count < $1.count }) else { return nil }
        let overlap = Double(best.count) / Double(terms.count)
        return overlap >= (isMarked ? requiredOverlap : requiredOverlapUnmarked) ? best.sentence : nil
    }

    struct Statement: Equatable {
        /// Without marks and space at its end.
        var text: String
        /// Which sources it names, from 0.
        var marks: [Int]
        /// The white space after it.
        var separator: String
    }

    /// Cuts the text behind each sentence, where the marks of a sentence may stand before or after its full stop.
    static func statements(of text: String) -> [Statement] {
        // `… ends.[1] Next` becomes `… ends[1]. Next`, so that the marks stay with their sentence.
        let joined = text.replacing(/([.!?])((?:\s*\[[\d, ]{1,12}\])+)/) { "\($0.output.2)\($0.output.1)" }
        let scalars = Array(joined.unicodeScalars)
        let parsed = ParsedText(scalars: scalars)
        let ranges = SentenceSplitter.sentences(in: scalars, 0..<scalars.count)
        var statements: [Statement] = []
        for (index, range) in ranges.enumerated() {
            let end = index + 1 < ranges.count ? ranges[index + 1].lowerBound : scalars.count
            let (plain, marks) = withoutMarks(parsed.string(range))
            let separator = parsed.string(range.upperBound..<end)
            if plain.allSatisfy({ $0.isPunctuation || $0.isWhitespace }), var last = statements.popLast() {
                // A mark that stands alone behind the full stop belongs to the sentence before.
                last.marks += marks
                last.separator = separator
                statements.append(last)
            } else {
                statements.append(Statement(text: plain, marks: marks, separator: separator))
            }
        }
        return statements
    }

    private static func withoutMarks(_ text: String) -> (String, [Int]) {
        var marks: [Int] = []
        let plain = text.replacing(/\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/) { match in
            for number in match.output.1.split(separator: ",") {
                if let value = Int(number.trimmingPrefix { $0 == " " }.prefix { $0.isNumber }), value > 0 {
                    marks.append(value - 1)
                }
            }
            return ""
        }
        return (plain.trimmingSpaces, marks)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
