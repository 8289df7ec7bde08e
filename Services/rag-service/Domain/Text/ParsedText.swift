/// A document as it is stored and cited: its text, and where its headings stand in it.
///
/// All offsets count Unicode scalars of `scalars`. A citation is good exactly when its quote is what stands there.
struct ParsedText: Sendable, Equatable {
    struct Heading: Sendable, Equatable {
        /// 1…6
        var level: Int
        /// The heading's words without markup.
        var text: String
        /// The whole line.
        var range: Range<Int>
    }

    var scalars: [Unicode.Scalar]
    /// In the order of the text.
    var headings: [Heading]
    /// What the document calls itself (`<title>`), if it does.
    var title: String?

    init(scalars: [Unicode.Scalar], headings: [Heading] = [], title: String? = nil) {
        self.scalars = scalars
        self.headings = headings
        self.title = title
    }

    var text: String { string(0..<scalars.count) }

    func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    /// Reads a document of any supported kind.
    static func parse(_ content: String, as type: MediaType) -> ParsedText {
        switch type {
        case .plain: ParsedText(scalars: normalised(content))
        case .markdown: MarkdownReader.read(normalised(content))
        case .html: HTMLReader.read(normalised(content))
        }
    }

    /// Ends lines with LF and drops a byte order mark, and changes nothing else: offsets stay those of the source
    /// wherever it was written that way already.
    private static func normalised(_ content: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(content.utf8.count)
        var wasReturn = false
        for scalar in content.unicodeScalars {
            if scalar == "\n", wasReturn {
                wasReturn = false
                continue
            }
            wasReturn = scalar == "\r"
            scalars.append(wasReturn ? "\n" : scalar)
        }
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        return scalars
    }
}
