import TextAnalysis

/// The words of a ticket, as they are indexed and looked for.
enum TicketText {
    /// A title says in five words what the description says in fifty, so its words count twice.
    static func terms(title: String, description: String) -> [String] {
        var analyzer = EnglishAnalyzer()
        let words = analyzer.terms(of: title)
        return words + words + analyzer.terms(of: description)
    }

    /// Each word once.
    static func distinctTerms(title: String, description: String) -> [String] {
        Array(Set(terms(title: title, description: description)))
    }
}
