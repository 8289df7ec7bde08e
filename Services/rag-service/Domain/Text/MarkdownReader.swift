/// Finds the headings of Markdown (CommonMark: ATX, setext, and none inside fenced code). The text stays as written.
enum MarkdownReader {
    static func read(_ scalars: [Unicode.Scalar]) -> ParsedText {
        var headings: [ParsedText.Heading] = []
        var fence: Fence?
        var previous: Range<Int>?
        for line in lines(of: scalars) {
            let content = scalars[line]
            if let open = fence {
                if open.isClosed(by: content) { fence = nil }
                previous = nil
            } else if let opened = Fence(content) {
                fence = opened
                previous = nil
            } else if let heading = atxHeading(content, at: line) {
                headings.append(heading)
                previous = nil
            } else if let title = previous, let level = setextLevel(content) {
                headings.append(.init(level: level, text: plain(scalars[title]), range: title))
                previous = nil
            } else {
                previous = isParagraph(content) ? line : nil
            }
        }
        return ParsedText(scalars: scalars, headings: headings)
    }

    /// The ranges of the lines, without their line ends.
    private static func lines(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for (index, scalar) in scalars.enumerated() where scalar == "\n" {
            ranges.append(start..<index)
            start = index + 1
        }
        ranges.append(start..<scalars.count)
        return ranges
    }

    private static func atxHeading(_ line: ArraySlice<Unicode.Scalar>, at range: Range<Int>) -> ParsedText.Heading? {
        let content = line.drop { $0 == " " }
        guard line.count - content.count <= 3 else { return nil }
        let level = content.prefix { $0 == "#" }.count
        guard (1...6).contains(level) else { return nil }
        let rest = content.dropFirst(level)
        guard let next = rest.first, next == " " || next == "\t" else { return nil }
        let text = plain(rest)
        return text.isEmpty ? nil : .init(level: level, text: text, range: range)
    }

    private static func setextLevel(_ line: ArraySlice<Unicode.Scalar>) -> Int? {
        let content = trimmed(line)
        guard content.count >= 3, let mark = content.first, content.allSatisfy({ $0 == mark }) else { return nil }
        return mark == "=" ? 1 : mark == "-" ? 2 : nil
    }

    /// Whether a setext underline below would make the line a heading.
    private static func isParagraph(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = trimmed(line).first else { return false }
        return !"-*+>|#`~=".unicodeScalars.contains(first) && line.count <= 200
    }

    /// The words of a heading: closing `#`, emphasis and code marks removed.
    private static func plain(_ line: ArraySlice<Unicode.Scalar>) -> String {
        var content = trimmed(line)
        while let last = content.last, last == "#" || last == " " { content.removeLast() }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: content.filter { $0 != "*" && $0 != "`" })
        return String(view)
    }

    private static func trimmed(_ line: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var content = line.drop { $0.properties.isWhitespace }
        while let last = content.last, last.properties.isWhitespace { content.removeLast() }
        return content
    }

    /// An open code fence, which ends with at least as many of the same mark.
    private struct Fence {
        var mark: Unicode.Scalar
        var length: Int

        init?(_ line: ArraySlice<Unicode.Scalar>) {
            let content = line.drop { $0 == " " }
            guard let mark = content.first, mark == "`" || mark == "~" else { return nil }
            length = content.prefix { $0 == mark }.count
            self.mark = mark
            if length < 3 { return nil }
        }

        func isClosed(by line: ArraySlice<Unicode.Scalar>) -> Bool {
            let content = MarkdownReader.trimmed(line)
            return content.count >= length && content.allSatisfy { $0 == mark }
        }
    }
}
