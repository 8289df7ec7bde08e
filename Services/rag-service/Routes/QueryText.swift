import ServiceKit

/// What is asked or searched for.
enum QueryText {
    /// A long ticket. What is longer is a document.
    static let maximumLength = 20_000

    /// - Throws: 422 for text that is empty, too long, or holds U+0000.
    static func checked(_ text: String, field: String) throws(APIError) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else { throw .invalid(field, "must not be empty") }
        guard text.unicodeScalars.count <= maximumLength else {
            throw .invalid(field, "must have at most \(maximumLength) characters")
        }
        guard !text.utf8.contains(0) else { throw .invalid(field, "may not contain the character U+0000") }
        return text
    }
}
