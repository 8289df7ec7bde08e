import Contracts
import TextAnalysis

/// Answers a question with sentences of the sources, word for word. No model takes part.
struct ExtractiveAnswer: Sendable {
    /// What is said when the sources do not answer.
    static let noAnswer = "The sources do not answer this question."

    /// The part of the question's weight that the best passage must cover. A question about something else shares a
    /// common word or two with any passage; one that is answered shares its rare ones.
    var requiredCoverage = 0.4
    /// The part that a sentence must cover to be quoted.
    var sentenceCoverage = 0.25
    var maximumSentences = 3

    init() {}

    /// - Parameters:
    ///   - sources: Best first.
    ///   - weights: How much each term of the question counts, by its rarity.
    func answer(question: String, sources: [AnswerSource], weights: [String: Double]) -> AnswerResponse {
        var analyzer = EnglishAnalyzer()
        let total = weights.values.reduce(0, +)
        let candidates = candidates(sources, weights, &analyzer)
        guard total > 0, let best = candidates.map(\.passageCoverage).max(), best / total >= requiredCoverage else {
            return Self.unanswered
        }
        let chosen = choose(candidates, weights, total: total)
        guard !chosen.isEmpty else { return Self.unanswered }
        return AnswerResponse(
            answer: chosen.map(\.sentence.text).joined(separator: " "), answered: true,
            citations: chosen.map { $0.source.citation($0.sentence) }, mode: .extractive, model: nil,
            usage: AnswerUsage(promptTokens: 0, completionTokens: 0))
    }

    static let unanswered = AnswerResponse(
        answer: noAnswer, answered: false, citations: [], mode: .extractive, model: nil,
        usage: AnswerUsage(promptTokens: 0, completionTokens: 0))

    private struct Candidate {
        var source: AnswerSource
        var sentence: AnswerSource.Sentence
        /// Place of the passage in the ranking, and of the sentence in the passage.
        var rank: Int
        var place: Int
        /// Weight of the question's terms that the sentence has.
        var coverage: Double
        /// The same of the whole passage with its title.
        var passageCoverage: Double
    }

    private func candidates(
        _ sources: [AnswerSource], _ weights: [String: Double], _ analyzer: inout EnglishAnalyzer
    ) -> [Candidate] {
        var candidates: [Candidate] = []
        for (rank, source) in sources.enumerated() {
            let passage = Set(analyzer.terms(of: source.title) + analyzer.terms(of: source.text))
            let passageCoverage = Self.coverage(passage, weights)
            for (place, sentence) in source.sentences(&analyzer).enumerated() {
                candidates.append(
                    Candidate(
                        source: source, sentence: sentence, rank: rank, place: place,
                        coverage: Self.coverage(Set(sentence.terms), weights), passageCoverage: passageCoverage))
            }
        }
        return candidates
    }

    /// Takes the sentence that adds most, then the next, while they add something; then puts them in reading order.
    private func choose(_ candidates: [Candidate], _ weights: [String: Double], total: Double) -> [Candidate] {
        var chosen: [Candidate] = []
        var open = weights
        var rest = candidates.filter { $0.passageCoverage / total >= requiredCoverage }
        while chosen.count < maximumSentences {
            let scored = rest.map { ($0, gain($0, open, total: total)) }
            guard let (next, gain) = scored.max(by: { $0.1 < $1.1 }), gain > 0,
                chosen.isEmpty || Self.coverage(Set(next.sentence.terms), open) / total >= sentenceCoverage / 2
            else { break }
            chosen.append(next)
            for term in next.sentence.terms { open[term] = 0 }
            rest.removeAll { $0.source == next.source && $0.place == next.place }
        }
        chosen = withFollowing(chosen, candidates)
        return chosen.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
    }

    /// What a sentence adds. Earlier passages and well-covering ones are preferred, long sentences are not.
    private func gain(_ candidate: Candidate, _ open: [String: Double], total: Double) -> Double {
        let added = Self.coverage(Set(candidate.sentence.terms), open)
        let length = Double(max(candidate.sentence.terms.count, 8))
        let passage = candidate.passageCoverage / total
        return added * (0.5 + passage) / (1 + 0.15 * Double(candidate.rank)) / (1 + length / 60)
    }

    /// A lone sentence is given company: the one after it in its passage often says what to do.
    private func withFollowing(_ chosen: [Candidate], _ candidates: [Candidate]) -> [Candidate] {
        guard chosen.count == 1, let only = chosen.first else { return chosen }
        let next = candidates.first { $0.source == only.source && $0.place == only.place + 1 }
        return chosen + (next.map { [$0] } ?? [])
    }

    private static func coverage(_ terms: Set<String>, _ weights: [String: Double]) -> Double {
        weights.reduce(0) { terms.contains($1.key) ? $0 + $1.value : $0 }
    }
}
