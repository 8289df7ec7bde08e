/// A model's name, or the beginning of names when it ends in `*`.
struct ModelPattern: Sendable, Equatable {
    let text: String
    private let prefix: String?

    init(_ text: String) {
        self.text = text
        prefix = text.hasSuffix("*") ? String(text.dropLast()) : nil
    }

    func matches(_ model: String) -> Bool {
        if let prefix { return model.hasPrefix(prefix) }
        return model == text
    }

    /// Nil for a pattern: it names no model that could be listed.
    var listedName: String? { prefix == nil ? text : nil }
}
