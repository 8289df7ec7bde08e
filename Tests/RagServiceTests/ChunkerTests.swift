import Testing

@testable import RagService

@Suite("Chunker")
struct ChunkerTests {
    private let article =
        (1...12).map { section in
            "## Section \(section)\n\n"
                + (1...6).map { "Sentence \($0) of section \(section) says 🙂 something e\u{301} of its own. " }.joined()
        }.joined(separator: "\n\n")

    @Test("a short document stays whole")
    func short() {
        let chunks = Chunker().chunks(of: .parse("  # Title\n\nBody.\n", as: .markdown))
        #expect(chunks.map(\.range) == [2..<16])
    }

    @Test("chunks are in order, do not overlap, keep to the bound and leave out nothing but white space")
    func cover() {
        let parsed = ParsedText.parse("# Top\n\n" + article, as: .markdown)
        let chunker = Chunker()
        let chunks = chunker.chunks(of: parsed)
        #expect(chunks.count > 5)
        var end = 0
        for chunk in chunks {
            #expect(chunk.range.lowerBound >= end)
            #expect(chunk.range.count <= chunker.maximumLength)
            #expect(parsed.scalars[end..<chunk.range.lowerBound].allSatisfy { $0.properties.isWhitespace })
            end = chunk.range.upperBound
        }
        #expect(parsed.scalars[end...].allSatisfy { $0.properties.isWhitespace })
    }

    @Test("a chunk knows the headings above it that are not part of it")
    func headings() {
        let parsed = ParsedText.parse("# Top\n\n" + article, as: .markdown)
        let chunks = Chunker().chunks(of: parsed)
        let second = chunks.first { parsed.string($0.range).hasPrefix("## Section 2") }
        #expect(second?.headings == ["Top"])
        #expect(chunks.dropFirst().allSatisfy { $0.headings.first == "Top" })
    }

    @Test("text without a single space is cut at the bound")
    func noSpaces() {
        let chunker = Chunker()
        let chunks = chunker.chunks(of: .parse(String(repeating: "x", count: 10_000), as: .plain))
        #expect(chunks.allSatisfy { $0.range.count <= chunker.maximumLength })
        #expect(chunks.reduce(0) { $0 + $1.range.count } == 10_000)
    }

    @Test("nothing but white space gives no chunks", arguments: ["", " \n\t ", "\n\n"])
    func empty(_ text: String) {
        #expect(Chunker().chunks(of: .parse(text, as: .plain)).isEmpty)
    }
}
