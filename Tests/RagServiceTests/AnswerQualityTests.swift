import Contracts
import Foundation
import Testing

@testable import RagService

/// Measures answers without a model on public questions: those whose document is there, and the same ones with it gone.
@Suite("Answer quality", .enabled(if: EvaluationData.isPresent, "the evaluation data is absent; set ASTERISM_DATA"))
struct AnswerQualityTests {
    @Test("most questions are answered where their document is there, and few where it is not")
    func refusal() throws {
        let names = ["chatlogs", "finance", "pubmed", "state_of_the_union", "wikitexts"]
        let questions = try EvaluationData.questions()
        var answered = 0
        var touching = 0
        var invented = 0
        for name in names {
            var with = MemoryIndex()
            var without = MemoryIndex()
            let home = DocumentID()
            for other in names {
                let content = try EvaluationData.contents("chunking/corpora/\(other).md")
                with.add(other == name ? home : DocumentID(), content: content, as: .markdown)
                if other != name { without.add(DocumentID(), content: content, as: .markdown) }
            }
            for question in questions where question.corpus == name {
                let answer = Self.answer(question.text, with)
                if answer.answered { answered += 1 }
                let touches = answer.citations.contains { citation in
                    citation.documentID == home
                        && question.answers.contains { $0.overlaps(citation.start..<citation.end) }
                }
                if touches { touching += 1 }
                if Self.answer(question.text, without).answered { invented += 1 }
            }
        }
        let count = Double(questions.count)
        let figures = [answered, touching, invented].map { String(format: "%.3f", Double($0) / count) }
        print(
            "Extractive: answered \(figures[0]), quotes the reference \(figures[1]), answered without it \(figures[2])")
        #expect(Double(answered) / count > 0.8)
        #expect(Double(invented) / count < 0.3)
    }

    private static func answer(_ question: String, _ index: MemoryIndex) -> AnswerResponse {
        let (sources, weights) = index.sources(question, limit: 8)
        return ExtractiveAnswer().answer(question: question, sources: sources, weights: weights)
    }
}
