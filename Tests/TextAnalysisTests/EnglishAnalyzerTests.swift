import Testing

@testable import TextAnalysis

@Suite("English analyzer")
struct EnglishAnalyzerTests {
    private func terms(_ text: String) -> [String] {
        var analyzer = EnglishAnalyzer()
        return analyzer.terms(of: text)
    }

    @Test("words are lower-cased, stemmed, and dropped when they say nothing")
    func words() {
        #expect(terms("The Connections of the user's laptops") == ["connect", "user", "laptop"])
        #expect(terms("café CAFÉ cafe\u{301}") == ["cafe", "cafe", "cafe"])
        #expect(terms("time-sharing systems") == ["time", "share", "system"])
    }

    @Test("identifiers are kept whole and in parts")
    func identifiers() {
        #expect(terms("vpn-gw-01") == ["vpn-gw-01", "vpn", "gw", "01"])
        #expect(terms("KB5021233") == ["kb5021233", "5021233"])
        #expect(terms("error 0x80070005.") == ["error", "0x80070005", "80070005"])
        #expect(terms("mail.example.com") == ["mail.example.com", "mail", "exampl", "com"])
        #expect(terms("version 10.0.19045!").contains("10.0.19045"))
    }

    @Test("the same text gives the same terms in a query as in a document")
    func symmetry() {
        #expect(terms("Outlook crashes (error: 0x8004010F)") == terms("OUTLOOK CRASHES error 0x8004010f"))
    }

    @Test("a token of any length becomes a term of bounded length")
    func longToken() {
        let long = terms(String(repeating: "a1", count: 100_000))
        #expect(long.allSatisfy { $0.utf8.count <= 2 * Tokenizer.maximumTokenLength })
    }

    @Test("text without words gives no terms", arguments: ["", " ", "...", "-", "'", "\u{301}", "of the and"])
    func empty(_ text: String) {
        #expect(terms(text).isEmpty)
    }

    @Test("scripts without spaces are found sign by sign")
    func ideographs() {
        #expect(terms("東京 tower") == ["東", "京", "tower"])
    }
}
