import Contracts
import Foundation
import Testing

@testable import RagService

@Suite("Answering")
struct AnsweringTests {
    private static func source(_ text: String, start: Int = 100) -> AnswerSource {
        AnswerSource(document: DocumentID(), chunk: ChunkID(), title: "T", text: text, start: start)
    }

    @Test("marks are read wherever a model puts them")
    func marks() {
        let statements = GroundedAnswer.statements(of: "One is so [1]. Two is so.[2] [3] Three, [1, 2] too!\nFour.")
        #expect(statements.map(\.text) == ["One is so.", "Two is so.", "Three, too!", "Four."])
        #expect(statements.map(\.marks) == [[0], [1, 2], [0, 1], []])
    }

    @Test("a statement is cited with the sentence that bears it out, and loses a mark that none does")
    func check() {
        let sources = [
            Self.source("Restart the spooler. The queue prn-02 serves the second floor."),
            Self.source("Certificates expire after a year."),
        ]
        let checked = GroundedAnswer().check(
            "The queue prn-02 serves the second floor [1]. Certificates expire yearly [1][2]. Cats purr [2].",
            against: sources)
        #expect(
            checked.citations.map(\.quote) == [
                "The queue prn-02 serves the second floor.", "Certificates expire after a year.",
            ])
        #expect(checked.citations.map(\.start) == [121, 100])
        #expect(
            checked.text == "The queue prn-02 serves the second floor. [1] Certificates expire yearly. [2] Cats purr.")
    }

    @Test("without marks a statement is cited only when a sentence says much the same")
    func unmarked() {
        let sources = [Self.source("The device certificate has expired. Renew it in the portal.")]
        #expect(GroundedAnswer().check("The device certificate expired.", against: sources).citations.count == 1)
        #expect(GroundedAnswer().check("Bananas are yellow and sweet.", against: sources).citations.isEmpty)
    }

    @Test("min-max fusion puts first what both sides find")
    func fusion() {
        let fused = Fusion.fuse(
            [(key: "a", score: 10), (key: "b", score: 9), (key: "c", score: 1)],
            [(key: "b", score: 0.9), (key: "d", score: 0.8)], limit: 3)
        #expect(fused.map(\.key) == ["b", "a", "d"] || fused.map(\.key) == ["b", "a", "c"])
        #expect(Fusion.fuse([(key: "a", score: 1)], [], limit: 5).map(\.key) == ["a"])
    }

    @Test("postings are read as they were written, and cut ones are refused")
    func postings() {
        let posting = Posting(
            documentFrequency: 3, documentLength: 70_000,
            entries: [
                .init(ordinal: 0, frequency: 1, chunkLength: 60), .init(ordinal: 90_000, frequency: 2, chunkLength: 9),
            ])
        let id = DocumentID()
        let uuid = Array(id.description.utf8.filter { $0 != UInt8(ascii: "-") }).pairsAsHexadecimal
        let list = PostingList(term: "t", packed: uuid + posting.bytes + uuid + posting.bytes)
        #expect(list?.postings.map(\.posting) == [posting, posting])
        #expect(list?.postings.map(\.document) == [id, id])
        #expect(PostingList(term: "t", packed: Array((uuid + posting.bytes).dropLast())) == nil)
    }
}

extension [UInt8] {
    /// `[0x61, 0x30]`, the digits "a0", is `[0xA0]`.
    fileprivate var pairsAsHexadecimal: [UInt8] {
        stride(from: 0, to: count, by: 2).compactMap {
            UInt8(String(decoding: self[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }
}
