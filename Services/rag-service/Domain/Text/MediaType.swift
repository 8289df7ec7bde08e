/// The kinds of document that can be read.
enum MediaType: String, Codable, Sendable, CaseIterable {
    case markdown = "text/markdown"
    case plain = "text/plain"
    case html = "text/html"

    /// Reads a media type with or without parameters, in any case. Nil for what cannot be indexed.
    init?(header: String) {
        let name = header.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        switch name {
        case "text/markdown", "text/x-markdown", "application/markdown": self = .markdown
        case "text/plain": self = .plain
        case "text/html", "application/xhtml+xml": self = .html
        default: return nil
        }
    }

    /// Guesses by the ending of a file's name, for uploads that name no type of their own.
    init?(fileName: String) {
        switch fileName.split(separator: ".").last?.lowercased() {
        case "md", "markdown": self = .markdown
        case "txt", "text", "log": self = .plain
        case "html", "htm", "xhtml": self = .html
        default: return nil
        }
    }
}
