/// What the reader does with the elements of HTML; one that is not named here is simply text.
enum HTMLElements {
    static let dropped: Set<String> = [
        "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "canvas", "select", "textarea",
    ]

    static let paragraphs: Set<String> = [
        "p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "table", "ul", "ol", "dl",
        "blockquote", "figure", "form", "fieldset", "hr", "body", "head", "html", "details", "address",
    ]

    static let lines: Set<String> = ["br", "li", "tr", "dt", "dd", "caption", "figcaption", "summary", "option"]
    static let cells: Set<String> = ["td", "th"]

    static func headingLevel(_ name: String) -> Int? {
        guard name.utf8.count == 2, name.hasPrefix("h"), let level = name.last?.wholeNumberValue,
            (1...6).contains(level)
        else { return nil }
        return level
    }
}
