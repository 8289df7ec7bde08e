import Contracts

/// A tenant's template as it is stored: which version is in use, if any.
struct StoredTemplate: Sendable {
    struct Active: Sendable {
        let version: Int
        let messages: [PromptMessage]
    }

    let name: String
    let active: Active?
    let latestVersion: Int
}
