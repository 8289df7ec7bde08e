/// Cuts text into sentences. The pieces are in order, do not overlap, and leave nothing out but white space.
enum SentenceSplitter {
    /// The sentences of `range`, each without white space at its ends.
    static func sentences(in scalars: [Unicode.Scalar], _ range: Range<Int>) -> [Range<Int>] {
        var sentences: [Range<Int>] = []
        var start = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            if let next = boundary(in: scalars, at: index, range.upperBound) {
                append(start..<next, of: scalars, to: &sentences)
                start = next
                index = next
            } else {
                index += 1
            }
        }
        append(start..<range.upperBound, of: scalars, to: &sentences)
        return sentences
    }

    /// `range` without white space at its ends; empty when there is nothing else.
    static func trimmed(_ range: Range<Int>, of scalars: [Unicode.Scalar]) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isSpace(scalars[lower]) { lower += 1 }
        while upper > lower, isSpace(scalars[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    private static func append(_ range: Range<Int>, of scalars: [Unicode.Scalar], to sentences: inout [Range<Int>]) {
        let range = trimmed(range, of: scalars)
        if !range.isEmpty { sentences.append(range) }
    }

    /// Where the next sentence begins when one ends at `index`.
    private static func boundary(in scalars: [Unicode.Scalar], at index: Int, _ end: Int) -> Int? {
        switch scalars[index] {
        case "\n": return lineBoundary(in: scalars, at: index, end)
        case "。", "！", "？": return index + 1
        case ".", "!", "?": break
        default: return nil
        }
        var next = index + 1
        while next < end, isCloser(scalars[next]) { next += 1 }
        guard next < end, isSpace(scalars[next]) else { return nil }
        var word = next
        while word < end, isSpace(scalars[word]) {
            if scalars[word] == "\n", lineBoundary(in: scalars, at: word, end) != nil { return word + 1 }
            word += 1
        }
        guard word < end, beginsSentence(scalars[word]) else { return nil }
        return scalars[index] == "." && isAbbreviation(in: scalars, before: index) ? nil : word
    }

    /// A line end parts sentences before a blank line, a list item, a heading, a quote or a table row.
    private static func lineBoundary(in scalars: [Unicode.Scalar], at index: Int, _ end: Int) -> Int? {
        var next = index + 1
        while next < end, scalars[next] == " " || scalars[next] == "\t" { next += 1 }
        guard next < end else { return nil }
        switch scalars[next] {
        case "\n", "#", ">", "|", "•": return index + 1
        case "-", "*", "+": return next + 1 < end && scalars[next + 1] == " " ? index + 1 : nil
        case "0"..."9":
            while next < end, ("0"..."9").contains(scalars[next]) { next += 1 }
            let isItem = next + 1 < end && (scalars[next] == "." || scalars[next] == ")") && scalars[next + 1] == " "
            return isItem ? index + 1 : nil
        default: return isHeadingLine(in: scalars, before: index) ? index + 1 : nil
        }
    }

    private static func isHeadingLine(in scalars: [Unicode.Scalar], before index: Int) -> Bool {
        var start = index
        while start > 0, scalars[start - 1] != "\n", index - start < 200 { start -= 1 }
        return start < index && (scalars[start] == "#" || scalars[start] == "|")
    }

    private static func beginsSentence(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "\"", "'", "(", "[", "“", "‘", "*", "_", "`": true
        default: scalar.properties.isUppercase || (scalar.value > 0x7F && !scalar.properties.isLowercase)
        }
    }

    /// Whether the full stop at `index` belongs to a short form such as `e.g.` or an initial.
    private static func isAbbreviation(in scalars: [Unicode.Scalar], before index: Int) -> Bool {
        var start = index
        while start > 0, index - start < 8, isWordPart(scalars[start - 1]) { start -= 1 }
        guard start < index else { return false }
        let word = String(String.UnicodeScalarView(scalars[start..<index])).lowercased()
        let isInitial = index - start == 1 && scalars[start].properties.isUppercase && scalars[start] != "I"
        return isInitial || abbreviations.contains(word)
    }

    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "e.g", "i.e", "fig", "figs", "no", "nos", "approx",
        "cf", "eq", "al", "u.s", "resp", "vol", "dept", "gen", "sen", "rep",
    ]

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar.properties.isAlphabetic
    }

    private static func isCloser(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "'", ")", "]", "”", "’", ".", "!", "?", "*", "_": true
        default: false
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || (scalar.value > 0x7F && scalar.properties.isWhitespace)
    }
}
