/// The English stemmer of the Snowball project ("Porter2", as of Snowball 3.1), for words in lower-case ASCII.
///
/// Source: https://snowballstem.org/algorithms/english/stemmer.html. A golden list made with another implementation
/// of the same release holds it to the letter.
struct EnglishStemmer {
    /// The stem of one word. Words of fewer than three letters stay as they are.
    static func stem(_ word: String) -> String {
        if let exception = EnglishSuffixes.exceptions[word] { return exception }
        let bytes = Array(word.utf8)
        guard bytes.count > 2 else { return word }
        var stemmer = EnglishStemmer(bytes)
        stemmer.run()
        return String(decoding: stemmer.letters, as: UTF8.self)
    }

    /// The word so far. A `y` that acts as a consonant is kept as `Y` until the end.
    private var letters: [UInt8]
    private var firstRegion = 0
    private var secondRegion = 0

    private init(_ letters: [UInt8]) {
        self.letters = letters
    }

    private mutating func run() {
        markConsonantY()
        markRegions()
        removePlural()
        removePastAndProgressive()
        replaceFinalY()
        replaceDerivation()
        replaceSecondDerivation()
        removeResidue()
        removeFinalLetter()
        for index in letters.indices where letters[index] == UInt8(ascii: "Y") { letters[index] = UInt8(ascii: "y") }
    }
}

// MARK: - Letters and regions

extension EnglishStemmer {
    private static func isVowel(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            true
        default: false
        }
    }

    private mutating func markConsonantY() {
        if letters.first == UInt8(ascii: "'") { letters.removeFirst() }
        for index in letters.indices where letters[index] == UInt8(ascii: "y") {
            if index == 0 || Self.isVowel(letters[index - 1]) { letters[index] = UInt8(ascii: "Y") }
        }
    }

    /// R1 begins after the first consonant that follows a vowel, R2 likewise within R1.
    private mutating func markRegions() {
        let prefix = EnglishSuffixes.regionPrefixes.first { letters.starts(with: $0) }
        firstRegion = prefix?.count ?? regionStart(after: 0)
        secondRegion = regionStart(after: firstRegion)
    }

    private func regionStart(after start: Int) -> Int {
        var index = start
        while index < letters.count, !Self.isVowel(letters[index]) { index += 1 }
        while index < letters.count, Self.isVowel(letters[index]) { index += 1 }
        return index < letters.count ? index + 1 : letters.count
    }

    private func ends(with suffix: [UInt8], before end: Int? = nil) -> Bool {
        let end = end ?? letters.count
        return end >= suffix.count && letters[..<end].suffix(suffix.count).elementsEqual(suffix)
    }

    private func hasVowel(before end: Int) -> Bool {
        letters[..<max(0, end)].contains(where: Self.isVowel)
    }

    /// Whether what comes before `end` finishes with a short syllable.
    private func hasShortSyllable(before end: Int) -> Bool {
        func vowel(_ distance: Int) -> Bool { Self.isVowel(letters[end - distance]) }
        if end >= 3, vowel(2), !vowel(3), !vowel(1) {
            let last = letters[end - 1]
            if last != UInt8(ascii: "w"), last != UInt8(ascii: "x"), last != UInt8(ascii: "Y") { return true }
        }
        if end == 2, vowel(2), !vowel(1) { return true }
        return ends(with: Array("past".utf8), before: end)
    }

    private mutating func replace(last count: Int, with ending: [UInt8]) {
        letters.removeLast(count)
        letters.append(contentsOf: ending)
    }
}

// MARK: - Steps, in the order and with the numbers of the source

extension EnglishStemmer {
    /// Step 1a.
    private mutating func removePlural() {
        for suffix in EnglishSuffixes.possessives where ends(with: suffix) {
            letters.removeLast(suffix.count)
            break
        }
        if ends(with: Array("sses".utf8)) {
            letters.removeLast(2)
        } else if ends(with: Array("ied".utf8)) || ends(with: Array("ies".utf8)) {
            letters.removeLast(letters.count - 3 >= 2 ? 2 : 1)
        } else if ends(with: Array("us".utf8)) || ends(with: Array("ss".utf8)) {
            return
        } else if letters.last == UInt8(ascii: "s"), hasVowel(before: letters.count - 2) {
            letters.removeLast()
        }
    }

    /// Step 1b.
    private mutating func removePastAndProgressive() {
        guard let suffix = EnglishSuffixes.pastAndProgressive.first(where: { ends(with: $0) }) else { return }
        let end = letters.count - suffix.count
        if suffix.starts(with: Array("ee".utf8)) {
            let stays = EnglishSuffixes.wordsBeforeEed.contains(Array(letters[..<end]))
            if end >= firstRegion, !stays { replace(last: suffix.count, with: Array("ee".utf8)) }
            return
        }
        if suffix == Array("ing".utf8) {
            if end == 2, letters[1] == UInt8(ascii: "y"), !Self.isVowel(letters[0]) {
                return replace(last: 4, with: Array("ie".utf8))
            }
            if EnglishSuffixes.wordsBeforeIng.contains(Array(letters[..<end])) { return }
        }
        guard hasVowel(before: end) else { return }
        letters.removeLast(suffix.count)
        repairShortenedStem()
    }

    private mutating func repairShortenedStem() {
        if EnglishSuffixes.endingsThatTakeE.contains(where: { ends(with: $0) }) {
            letters.append(UInt8(ascii: "e"))
        } else if EnglishSuffixes.doubles.contains(where: { ends(with: $0) }) {
            let isWord = letters.count == 3 && Array("aeo".utf8).contains(letters[0])
            if !isWord { letters.removeLast() }
        } else if letters.count == firstRegion, hasShortSyllable(before: letters.count) {
            letters.append(UInt8(ascii: "e"))
        }
    }

    /// Step 1c.
    private mutating func replaceFinalY() {
        guard let last = letters.last, last == UInt8(ascii: "y") || last == UInt8(ascii: "Y"), letters.count > 2,
            !Self.isVowel(letters[letters.count - 2])
        else { return }
        letters[letters.count - 1] = UInt8(ascii: "i")
    }

    /// Step 2.
    private mutating func replaceDerivation() {
        guard let (suffix, ending) = EnglishSuffixes.derivations.first(where: { ends(with: $0.suffix) }) else { return }
        let end = letters.count - suffix.count
        guard end >= firstRegion else { return }
        if suffix == Array("ogi".utf8) {
            guard end > 0, letters[end - 1] == UInt8(ascii: "l") else { return }
        } else if suffix == Array("li".utf8) {
            guard end > 0, EnglishSuffixes.lettersBeforeLi.contains(letters[end - 1]) else { return }
        }
        replace(last: suffix.count, with: ending)
    }

    /// Step 3.
    private mutating func replaceSecondDerivation() {
        guard let (suffix, ending) = EnglishSuffixes.secondDerivations.first(where: { ends(with: $0.suffix) })
        else { return }
        let end = letters.count - suffix.count
        guard end >= (suffix == Array("ative".utf8) ? secondRegion : firstRegion), end >= firstRegion else { return }
        replace(last: suffix.count, with: ending)
    }

    /// Step 4.
    private mutating func removeResidue() {
        guard let suffix = EnglishSuffixes.residues.first(where: { ends(with: $0) }) else { return }
        let end = letters.count - suffix.count
        guard end >= secondRegion else { return }
        if suffix == Array("ion".utf8) {
            guard end > 0, letters[end - 1] == UInt8(ascii: "s") || letters[end - 1] == UInt8(ascii: "t") else {
                return
            }
        }
        letters.removeLast(suffix.count)
    }

    /// Step 5.
    private mutating func removeFinalLetter() {
        let end = letters.count - 1
        if letters.last == UInt8(ascii: "e") {
            guard end >= secondRegion || (end >= firstRegion && !hasShortSyllable(before: end)) else { return }
            letters.removeLast()
        } else if letters.last == UInt8(ascii: "l") {
            guard end >= secondRegion, end > 0, letters[end - 1] == UInt8(ascii: "l") else { return }
            letters.removeLast()
        }
    }
}
