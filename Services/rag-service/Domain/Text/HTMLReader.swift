/// Turns HTML into text with headings, whatever state it is in: tags need not match, nothing is fetched or run, and
/// the output is never longer than the input. `script`, `style`, `template`, comments and the like are dropped.
struct HTMLReader {
    private let source: [Unicode.Scalar]
    private var position = 0
    private var output: [Unicode.Scalar] = []
    private var headings: [ParsedText.Heading] = []
    private var title: [Unicode.Scalar]?
    private var isInTitle = false
    private var openHeading: (level: Int, start: Int)?
    private var preformattedDepth = 0
    /// Line ends owed before the next word; spaces fold into one.
    private var owedLines = 0
    private var owesSpace = false

    static func read(_ source: [Unicode.Scalar]) -> ParsedText {
        var reader = HTMLReader(source: source)
        reader.run()
        return reader.result()
    }

    private init(source: [Unicode.Scalar]) {
        self.source = source
        output.reserveCapacity(source.count / 2)
    }

    private mutating func run() {
        while position < source.count {
            let scalar = source[position]
            if scalar == "<", readMarkup() { continue }
            if scalar == "&", let (text, length) = HTMLEntities.decode(source[position...]) {
                position += length
                text.forEach { emit($0) }
                continue
            }
            position += 1
            emit(scalar)
        }
        closeHeading()
    }

    private func result() -> ParsedText {
        var parsed = ParsedText(scalars: output, headings: headings)
        if let title {
            let words = String(String.UnicodeScalarView(title)).split(whereSeparator: \.isWhitespace)
            parsed.title = words.isEmpty ? nil : words.joined(separator: " ")
        }
        return parsed
    }

    // MARK: Text

    private mutating func emit(_ scalar: Unicode.Scalar) {
        if isInTitle {
            title?.append(scalar)
            return
        }
        let isSpace = scalar.properties.isWhitespace
        if isSpace, preformattedDepth > 0 {
            flush()
            output.append(scalar)
        } else if isSpace {
            owesSpace = true
        } else {
            flush()
            output.append(scalar)
        }
    }

    /// Writes the separator that is owed, before a word.
    private mutating func flush() {
        if !output.isEmpty {
            if owedLines > 0 {
                for _ in 0..<owedLines { output.append("\n") }
            } else if owesSpace, let last = output.last, !last.properties.isWhitespace {
                output.append(" ")
            }
        }
        owedLines = 0
        owesSpace = false
    }

    private mutating func breakLines(_ count: Int) {
        owedLines = max(owedLines, count)
    }

    // MARK: Markup

    /// Reads what begins with `<`; false when it is a mere less-than sign.
    private mutating func readMarkup() -> Bool {
        let rest = source[(position + 1)...]
        if rest.starts(with: "!--".unicodeScalars) {
            skip(past: "-->", from: position + 4)
            return true
        }
        guard let next = rest.first, next == "/" || next == "!" || next == "?" || next.properties.isAlphabetic
        else { return false }
        let isClosing = next == "/"
        let nameStart = position + (isClosing ? 2 : 1)
        let name = tagName(at: nameStart)
        let isSelfClosing = skipTag(from: nameStart)
        if isClosing {
            close(name)
        } else {
            open(name, isSelfClosing: isSelfClosing)
        }
        return true
    }

    private func tagName(at start: Int) -> String {
        var view = String.UnicodeScalarView()
        // No element of HTML has a longer name than `blockquote`; the bound also ends hostile ones.
        for scalar in source[min(start, source.count)...].prefix(24) {
            guard scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) else { break }
            view.append(scalar)
        }
        return String(view).lowercased()
    }

    /// Moves past the `>` that ends the tag, minding quoted attributes; true for `/>`.
    private mutating func skipTag(from start: Int) -> Bool {
        var quote: Unicode.Scalar?
        var index = start
        while index < source.count {
            let scalar = source[index]
            if let open = quote {
                if scalar == open { quote = nil }
            } else if scalar == ">" {
                position = index + 1
                return source[index - 1] == "/"
            } else if scalar == "\"" || scalar == "'", source[index - 1] == "=" {
                quote = scalar
            }
            index += 1
        }
        // The tag or a quote never ends: take the tag to end at the next `>`, or with the text.
        position = (source[start...].firstIndex(of: ">") ?? source.count - 1) + 1
        return false
    }

    private mutating func skip(past end: String, from start: Int) {
        let end = Array(end.unicodeScalars)
        var index = min(start, source.count)
        while index < source.count {
            if source[index] == end[0], source[index...].starts(with: end) {
                position = index + end.count
                return
            }
            index += 1
        }
        position = source.count
    }

    private mutating func open(_ name: String, isSelfClosing: Bool) {
        if HTMLElements.dropped.contains(name) {
            if !isSelfClosing { skipElement(name) }
        } else if name == "title" {
            isInTitle = title == nil
            title = title ?? []
        } else if let level = HTMLElements.headingLevel(name) {
            closeHeading()
            breakLines(2)
            openHeading = (level, output.count)
        } else if name == "pre" {
            breakLines(2)
            preformattedDepth += 1
        } else if HTMLElements.paragraphs.contains(name) {
            breakLines(2)
        } else if HTMLElements.lines.contains(name) {
            breakLines(1)
        } else if HTMLElements.cells.contains(name) {
            owesSpace = true
        }
    }

    private mutating func close(_ name: String) {
        if name == "title" {
            isInTitle = false
        } else if HTMLElements.headingLevel(name) != nil {
            closeHeading()
        } else if name == "pre" {
            preformattedDepth = max(0, preformattedDepth - 1)
            breakLines(2)
        } else if HTMLElements.paragraphs.contains(name) {
            breakLines(2)
        } else if HTMLElements.lines.contains(name) {
            breakLines(1)
        }
    }

    private mutating func closeHeading() {
        guard let (level, start) = openHeading else { return }
        openHeading = nil
        let words = output[start...].drop { $0.properties.isWhitespace }
        if !words.isEmpty {
            let text = String(String.UnicodeScalarView(words)).split(whereSeparator: \.isWhitespace)
            headings.append(
                .init(level: level, text: text.joined(separator: " "), range: words.startIndex..<words.endIndex))
        }
        breakLines(2)
    }

    /// Skips to the end tag of an element whose content is no text.
    private mutating func skipElement(_ name: String) {
        let end = Array("</\(name)".unicodeScalars)
        var index = position
        while index + end.count <= source.count {
            if source[index] == "<", matches(end, at: index) {
                _ = skipTag(from: index + end.count)
                return
            }
            index += 1
        }
        position = source.count
    }

    private func matches(_ lowercase: [Unicode.Scalar], at index: Int) -> Bool {
        zip(source[index...], lowercase).allSatisfy { $0.properties.lowercaseMapping == String($1) }
    }
}
