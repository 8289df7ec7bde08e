import ServiceKit

/// The name of a template: words of lower-case letters and digits, joined by dots, dashes or underscores.
enum PromptName {
    static let maximumLength = 100

    /// - Throws: 422 naming the field.
    static func check(_ name: String) throws(APIError) {
        let words = name.utf8.split(omittingEmptySubsequences: false) { ".-_".utf8.contains($0) }
        let isValid = words.allSatisfy { word in
            !word.isEmpty && word.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard isValid, name.utf8.count <= maximumLength else {
            throw .invalid(
                "name", "must be words of a-z and 0-9 joined by . - or _, at most \(maximumLength) characters")
        }
    }
}
