/// Turns text into the terms that are indexed and searched for.
///
/// Words are lower-cased, freed of accents, dropped when they are stop words, and stemmed. What has a digit is kept as
/// it is. Identifiers are kept whole and in parts: `vpn-gw-01` gives `vpn-gw-01`, `vpn`, `gw`, `01`, and `KB5021233`
/// gives `kb5021233` and `5021233`, so that either way of asking finds them.
package struct EnglishAnalyzer {
    /// Stems of words seen by this value; a document repeats its words.
    private var stems: [String: String] = [:]

    /// Bounds the memory of `stems` for one document of up to 10 MB of different words.
    private static let maximumStems = 50_000

    /// A part of a mixed token such as `KB5021233` stands alone from this length on; shorter ones say too little.
    private static let minimumMixedPart = 3

    package init() {}

    package mutating func terms(of text: String) -> [String] {
        terms(of: text.unicodeScalars)
    }

    package mutating func terms(of scalars: some Sequence<Unicode.Scalar>) -> [String] {
        var terms: [String] = []
        Tokenizer.forEachToken(in: scalars) { append($0, to: &terms) }
        return terms
    }

    private mutating func append(_ token: Tokenizer.Token, to terms: inout [String]) {
        let segments = segments(of: token)
        if segments.count > 1, isIdentifier(token) {
            terms.append(whole(token))
        }
        for segment in segments {
            append(word: segment, to: &terms)
        }
    }

    /// Joins what an apostrophe parts: `don't` and `user's` are one word each.
    private func segments(of token: Tokenizer.Token) -> [String] {
        var segments: [String] = []
        for (index, part) in token.parts.enumerated() {
            if index > 0, token.joiners[index - 1] == "'", let last = segments.popLast() {
                segments.append(last + "'" + part)
            } else {
                segments.append(part)
            }
        }
        return segments
    }

    /// A date, a path or `and/or` is not an identifier; a host name, a version, a file name or an address is.
    private func isIdentifier(_ token: Tokenizer.Token) -> Bool {
        guard !token.joiners.contains(where: { $0 == "/" || $0 == "'" }) else { return false }
        return token.joiners.contains { $0 == "_" || $0 == "@" || $0 == "." }
            || token.parts.contains(where: Self.hasDigit)
    }

    private func whole(_ token: Tokenizer.Token) -> String {
        var text = token.parts.first ?? ""
        for (joiner, part) in zip(token.joiners, token.parts.dropFirst()) {
            text.unicodeScalars.append(joiner)
            text += part
        }
        return text
    }

    private mutating func append(word: String, to terms: inout [String]) {
        guard !Self.hasDigit(word) else { return append(number: word, to: &terms) }
        guard !StopWords.english.contains(word) else { return }
        let stem = stem(word)
        if !stem.isEmpty { terms.append(stem) }
    }

    private func append(number word: String, to terms: inout [String]) {
        terms.append(word)
        let parts = Self.mixedParts(word)
        guard parts.count > 1 else { return }
        terms.append(contentsOf: parts.filter { $0.utf8.count >= Self.minimumMixedPart })
    }

    private mutating func stem(_ word: String) -> String {
        if let known = stems[word] { return known }
        let isEnglish = word.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "'") }
        let stem = isEnglish ? EnglishStemmer.stem(word) : word
        if stems.count < Self.maximumStems { stems[word] = stem }
        return stem
    }

    private static func hasDigit(_ word: String) -> Bool {
        word.utf8.contains { (0x30...0x39).contains($0) }
    }

    /// `kb5021233` → `kb`, `5021233`.
    private static func mixedParts(_ word: String) -> [String] {
        var parts: [String] = []
        var isDigits: Bool?
        for character in word {
            let isDigit = character.isNumber
            if isDigit == isDigits, let last = parts.popLast() {
                parts.append(last + String(character))
            } else {
                parts.append(String(character))
            }
            isDigits = isDigit
        }
        return parts
    }
}
