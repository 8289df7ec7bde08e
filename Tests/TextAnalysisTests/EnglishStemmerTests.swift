import Testing

@testable import TextAnalysis

@Suite("English stemmer")
struct EnglishStemmerTests {
    @Test("every word of the golden list has the stem that Snowball gives it")
    func golden() {
        let pairs = englishStems.split(whereSeparator: \.isWhitespace).map { $0.split(separator: "=") }
        #expect(pairs.count > 700)
        for pair in pairs {
            let stem = EnglishStemmer.stem(String(pair[0]))
            #expect(stem == String(pair[1]), "\(pair[0])")
        }
    }

    @Test(
        "no word makes the stemmer fail, however odd",
        arguments: ["'", "''", "'s", "yyy", "s", "ss", "'s's", "eed", "ing", "aeed"])
    func oddWords(_ word: String) {
        #expect(EnglishStemmer.stem(word).utf8.count <= word.utf8.count + 1)
    }
}
